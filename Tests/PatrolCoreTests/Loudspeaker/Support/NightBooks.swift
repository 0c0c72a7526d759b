@testable import PatrolCore

/// What an announcer has done in a night, as its records and orders tell it.
struct NightBooks {
    /// A play's records.
    struct PlayBook {
        let order: PlayOrder
        var starts = 0
        var ends = 0
    }

    var ledgers: [SlotLedger]
    var plays: [PlayID: PlayBook] = [:]
    /// Requests that were accepted and not concluded.
    var requests: [PlayID: SayRequest] = [:]
    /// The reasons of plays that people asked for.
    var asked: [PlayID: SayRequest] = [:]
    var isTrusted = false
    var isDeviceFailed = false
    var isQuietRecorded = false
    var complaints: [String] = []
    /// How often what happened; survives a reboot.
    private(set) var tally: [String: Int] = [:]

    // Wake-ups of the silence that lasts.
    var wakes = 0
    var inputs = 0
    private var silentFor: Duration = .zero
    private let programmes: Int

    init(_ programmes: [Programme]) {
        ledgers = programmes.map(SlotLedger.init)
        self.programmes = programmes.count
    }

    mutating func reboot(_ programmes: [Programme]) {
        complaints += ledgers.flatMap(\.complaints)
        let old = self
        self = NightBooks(programmes)
        complaints = old.complaints
        tally = old.tally
        tally["reboot", default: 0] += 1
    }

    /// Time passes; how many wake-ups a silence cost is held against its length.
    mutating func pass(_ duration: Duration, isSilent: Bool) {
        guard isSilent else {
            (wakes, inputs, silentFor) = (0, 0, .zero)
            return
        }
        silentFor += duration
        let allowed = 4 + 2 * programmes + (1 + programmes) * inputs + 6 * Int(silentFor.inSeconds / 3600)
        if wakes > allowed { complaints.append("\(wakes) wake-ups in a silence of \(silentFor.inSeconds) s") }
    }

    mutating func note(_ action: Announcer.Action, at now: Instant) {
        switch action {
        case .play(let order): plays[order.id] = PlayBook(order: order)
        case .record(let event): note(event)
        case .concluded(let id, let conclusion):
            if requests.removeValue(forKey: id) == nil { complaints.append("an answer to nobody's request") }
            tally["concluded: \(conclusion.tallyName)", default: 0] += 1
        case .stop, .changeDeadline, .reply, .stopReply: break
        }
    }

    private mutating func note(_ event: LoudspeakerEvent) {
        tally[event.tallyName, default: 0] += 1
        switch event {
        case .announcementStarted(let announcement):
            plays[announcement.id]?.starts += 1
        case .announcementFinished(let announcement, _), .announcementCut(let announcement, _, _),
            .announcementFailed(let announcement, _):
            plays[announcement.id]?.ends += 1
        case .announcementSkipped:
            break
        case .quietBegan:
            if isQuietRecorded { complaints.append("quiet began twice") }
            isQuietRecorded = true
        case .quietEnded:
            if !isQuietRecorded { complaints.append("quiet ended without having begun") }
            isQuietRecorded = false
        case .quietChanged(let before, let rule):
            if !isQuietRecorded || before == rule { complaints.append("quiet changed from \(before) to \(rule)") }
        case .loudspeakerFailed:
            if isDeviceFailed { complaints.append("the device failed twice") }
            isDeviceFailed = true
        case .loudspeakerRecovered:
            if !isDeviceFailed { complaints.append("the device recovered from nothing") }
            isDeviceFailed = false
        case .muted, .unmuted:
            break
        }
    }

    /// When all is over: what was ordered has ended once, and what had started was told once.
    mutating func close() {
        complaints += ledgers.flatMap(\.complaints)
        if !requests.isEmpty { complaints.append("\(requests.count) requests got lost") }
        for (id, play) in plays where play.ends != 1 || play.starts > 1 {
            complaints.append("play \(id.rawValue) has \(play.starts) starts and \(play.ends) ends")
        }
    }
}

extension SayConclusion {
    fileprivate var tallyName: String {
        switch self {
        case .finished: "finished"
        case .cut: "cut"
        case .failed: "failed"
        case .skipped: "skipped"
        }
    }
}

extension LoudspeakerEvent {
    /// What kind of event it is, with its reason.
    fileprivate var tallyName: String {
        switch self {
        case .announcementStarted(let announcement):
            announcement.inSpiteOfQuiet == nil ? "started" : "started in spite of quiet"
        case .announcementFinished: "finished"
        case .announcementCut(_, let end, _) where end.how == .deadline: "cut: deadline"
        case .announcementCut(_, _, let reason): "cut: \(reason.code)"
        case .announcementFailed(_, let end): "failed: \(end.how.rawValue)"
        case .announcementSkipped(let skip): "skipped: \(skip.inhibitReason.code)"
        case .quietBegan: "quiet began"
        case .quietEnded: "quiet ended"
        case .quietChanged: "quiet changed"
        case .muted: "muted"
        case .unmuted(.time): "unmuted by time"
        case .unmuted(.person): "unmuted by a person"
        case .loudspeakerFailed: "loudspeaker failed"
        case .loudspeakerRecovered: "loudspeaker recovered"
        }
    }
}
