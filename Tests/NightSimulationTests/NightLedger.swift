import PatrolCore

/// What was promised and what was seen, for the rules that are asked after each step.
struct NightLedger {
    /// From an order or a change to silence.
    static let reaction: Int64 = 100_000_000
    /// From the zone's border to silence: fixes come each second, up to 1.4 s late, and a border is believed 10 m inside.
    static let borderReaction: Int64 = 9_000_000_000
    private static let replyLimit: Int64 = 5_050_000_000

    private struct Order {
        var command: Command
        var at: Int64
        /// The last record that it made at once.
        var record: RecordID?
    }

    var lastCommand: UInt64 = 0
    private var orders: [CommandID: Order] = [:]
    /// Clips that were accepted and have not come to their end.
    private var accepted: Set<CommandID> = []
    private var lastRecord = RecordID(rawValue: 0)
    private var boot = 1
    /// Plays that were ordered and are not on record as ended.
    var plays: Set<PlayID> = []
    /// Texts of marks that were answered as done.
    private var done: [String] = []
    var mutedSince: Int64?
    private var lastMute: UInt64 = 0
    /// What was answered as done outlives a power cut; `nil` while an order about it is under way.
    private(set) var isMuteKept: Bool? = false
    private(set) var isDutyKept: Bool? = false
    /// Since when the programme could play and nothing does.
    var idleSince: Int64?
    var insideSince: Int64?
    /// Since when the clock is not trusted.
    var untrustedSince: Int64? = 0
    private(set) var soundedPlays = 0
    /// How often what happened, for a night in which nothing happens proves nothing.
    var tally: [String: Int] = [:]

    mutating func ordered(_ id: CommandID, _ command: Command, at now: Int64) {
        orders[id] = Order(command: command, at: now)
        switch command {
        // In force from here on, whatever the disk does.
        case .mute:
            lastMute = id.rawValue
            mutedSince = mutedSince ?? now
            isMuteKept = nil
        case .unmute: isMuteKept = nil
        case .startDuty, .endDuty: isDutyKept = nil
        default: break
        }
    }

    mutating func recorded(_ last: RecordID?, of id: CommandID) {
        orders[id]?.record = last
    }

    mutating func replied(_ id: CommandID, _ reply: CommandReply, _ journal: JournalModel, at now: Int64) -> String? {
        guard let order = orders.removeValue(forKey: id) else { return "command \(id.rawValue) was answered twice" }
        if now - order.at > Self.replyLimit { return "command \(id.rawValue) was answered late" }
        switch reply {
        case .done, .stopped:
            if let record = order.record, journal.isUnwritten(record) {
                return "command \(id.rawValue) was answered before all its records were on disk"
            }
        case .accepted, .refused, .notDurable: break
        }
        switch (order.command, reply) {
        case (.mark(let text?), .done):
            done.append(text)
            return journal.has(mark: text) ? nil : "\(text) was answered as done and is not on disk"
        case (.unmute, .done), (.unmute, .notDurable(_, isInForce: true)):
            // The answer may come after another mute was ordered: the disk hangs, and silence does not wait for it.
            guard id.rawValue > lastMute else { return nil }
            mutedSince = nil
            if reply == .done { isMuteKept = false }
            return nil
        case (.mute, .done): isMuteKept = true
        case (.say, .accepted): accepted.insert(id)
        case (.startDuty, .done): isDutyKept = true
        case (.endDuty, .done): isDutyKept = false
        default: break
        }
        return nil
    }

    mutating func concluded(_ id: CommandID) -> String? {
        accepted.remove(id) == nil ? "a clip of command \(id.rawValue) ended that was not accepted" : nil
    }

    mutating func recorded(_ id: RecordID, _ event: Event, _ boot: Int) -> String? {
        if boot != self.boot {
            self.boot = boot
            lastRecord = RecordID(rawValue: 0)
        }
        guard id.rawValue == lastRecord.rawValue + 1 else {
            return "record \(id.rawValue) after \(lastRecord.rawValue)"
        }
        lastRecord = id
        switch event.kind {
        case .loudspeaker(.announcementFinished(let play, _)), .loudspeaker(.announcementCut(let play, _, _)),
            .loudspeaker(.announcementFailed(let play, _)):
            guard plays.remove(play.id) != nil else { return "play \(play.id.rawValue) ended twice" }
            soundedPlays += 1
        case .loudspeaker(.unmuted): mutedSince = nil
        default: break
        }
        return nil
    }

    mutating func powerLost() {
        orders = [:]
        accepted = []
        plays = []
        untrustedSince = nil
        idleSince = nil
    }

    /// Orders that wait too long.
    func overdue(at now: Int64) -> String? {
        orders.first { now - $0.value.at > Self.replyLimit }.map { "command \($0.key.rawValue) is not answered" }
    }

    func checkEnd(_ journal: JournalModel, _ stations: [StationModel]) -> String? {
        if let lost = done.first(where: { !journal.has(mark: $0) }) {
            return "\(lost) was answered as done and is gone"
        }
        if let order = orders.keys.first { return "command \(order.rawValue) was never answered" }
        for (station, kept) in zip(stations, journal.destinations) {
            if !kept.quarantined.isEmpty {
                return "\(station.name) takes what it refused, and \(kept.quarantined) stay"
            }
            let events = station.events.sorted { $0.key < $1.key }.map(\.value)
            if events != journal.events {
                return "\(journal.events.count) events on the cart, \(events.count) at \(station.name)"
            }
            let positions = station.positions.sorted { $0.key < $1.key }.map(\.value)
            if positions != journal.positions {
                return "\(journal.positions.count) positions on the cart, \(positions.count) at \(station.name)"
            }
        }
        return nil
    }
}

extension JournalModel {
    func has(mark text: String) -> Bool {
        events.contains { if case .mark(text, _) = $0.kind { true } else { false } }
    }
}
