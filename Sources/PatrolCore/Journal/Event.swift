/// Something that happened, on its way into the journal.
public struct Event: Hashable, Sendable {
    /// When, on the boot clock.
    public var at: Instant
    /// When, in UTC; `nil` while the clock is not trusted (the journal corrects it once the boot's offset is known).
    public var time: WallTime?
    /// Where, if a position is known.
    public var coordinate: Coordinate?
    /// What, with its details.
    public var kind: EventKind

    /// See the properties.
    public init(_ kind: EventKind, at: Instant, time: WallTime? = nil, coordinate: Coordinate? = nil) {
        self.kind = kind
        self.at = at
        self.time = time
        self.coordinate = coordinate
    }
}

/// Every kind of event, with typed details. The names are part of the wire: they are never changed, only added to.
public enum EventKind: Hashable, Sendable {
    /// The daemon runs. `lastRunEndedWithoutStop`: the run before this one left no ``daemonStopped``.
    case daemonStarted(version: String, lastRunEndedWithoutStop: Bool)
    /// The daemon stops in order.
    case daemonStopped(reason: String)
    /// No usable fix any more.
    case gpsLost(reason: GPSLossReason)
    /// The first usable fix after a loss or a start.
    case gpsRestored(afterSeconds: Int64)
    /// A fix was refused because it lies farther away than the cart can have driven.
    case gpsRejectedJump(distanceMetres: Int64, seconds: Double)
    /// From here on UTC is known.
    case clockTrusted(source: ClockSource, uncertaintyMilliseconds: Int64)
    /// UTC as a source tells it moved against the boot clock.
    case clockStepped(byMilliseconds: Int64, source: ClockSource)
    /// GPS and NTP contradict each other; told once, until they agree again. `byMilliseconds`: how far NTP's time is
    /// ahead. `uncertaintyMilliseconds`: so wide that it covers both.
    case clockDisagreement(byMilliseconds: Int64, uncertaintyMilliseconds: Int64)
    /// The receiver contradicts itself; told once, until it has said one thing only for a minute. `byMilliseconds`: how
    /// far the time that does not fit is ahead. `uncertaintyMilliseconds`: so wide that it covers both.
    case clockDoubted(byMilliseconds: Int64, uncertaintyMilliseconds: Int64)
    /// The cart is in a zone, or no longer.
    case zoneEntered(id: String, name: String, kind: ZoneKind)
    /// See ``zoneEntered(id:name:kind:)``.
    case zoneLeft(id: String, name: String, kind: ZoneKind)
    /// What the loudspeaker did, or did not do.
    case loudspeaker(LoudspeakerEvent)
    /// Clips that programmes name cannot be played, or can be again.
    case clips(MissingClips.Change)
    /// What the warning light does, as its files say.
    case light(LightEvent)
    /// Duty began.
    case dutyStarted(Duty, by: String)
    /// It is over; `lastedSeconds` if anybody knows.
    case dutyEnded(Duty, lastedSeconds: Int64?, by: String)
    /// A person pressed a button: look at this moment.
    case mark(text: String?, by: String)
    /// Somebody ordered something over the socket, and what came of it.
    case command(String, by: String, result: String)
    /// A destination refuses what is sent until a person acts.
    case uploadHeld(destination: String, reason: String)
    /// It accepts again.
    case uploadResumed(destination: String, afterSeconds: Int64)
    /// The ``Receipt`` for records that are no longer kept, or never were. `from` and `to`: when they were, if anybody
    /// knows.
    case recordsDropped(
        lane: Lane,
        first: SequenceNumber,
        last: SequenceNumber,
        count: Int64,
        reason: String,
        from: WallTime? = nil,
        to: WallTime? = nil
    )
    /// The journal's file was damaged: what of it could not be read, and where that is kept (a name in its folder).
    case journalDamaged(what: String, keptAs: String?)
    /// From here on records belong to another identity of the journal, and why. `setAside`: the file before it, a name in
    /// its folder.
    case journalEpoch(id: JournalID, reason: String, setAside: String?)
    /// The receipt for a record that a destination refuses: it is kept, and a person can have it sent again.
    case recordQuarantined(destination: String, lane: Lane, SequenceNumber, reason: String)
    /// The destination took such a record after all.
    case recordReleased(destination: String, lane: Lane, SequenceNumber)
    /// A person wants what the destination refused sent again.
    case recordsRetried(destination: String, count: Int64, by: String)
    /// The receipt for records that a destination refused and that a person gave up: it never gets them.
    case recordsSkipped(destination: String, count: Int64, reason: String, by: String)

    /// The name on the wire and in queries.
    public var name: String { label.rawValue }

    /// Its name.
    var label: EventName {
        switch self {
        case .daemonStarted: .daemonStarted
        case .daemonStopped: .daemonStopped
        case .gpsLost: .gpsLost
        case .gpsRestored: .gpsRestored
        case .gpsRejectedJump: .gpsRejectedJump
        case .clockTrusted: .clockTrusted
        case .clockStepped: .clockStepped
        case .clockDisagreement: .clockDisagreement
        case .clockDoubted: .clockDoubted
        case .zoneEntered: .zoneEntered
        case .zoneLeft: .zoneLeft
        case .loudspeaker(let event): event.label
        case .clips(let change): change.label
        case .light(let event): event.label
        case .dutyStarted: .dutyStarted
        case .dutyEnded: .dutyEnded
        case .mark: .mark
        case .command: .controlCommand
        case .uploadHeld: .uploadHeld
        case .uploadResumed: .uploadResumed
        case .recordsDropped: .recordsDropped
        case .journalDamaged: .journalDamaged
        case .journalEpoch: .journalEpoch
        case .recordQuarantined: .recordsQuarantined
        case .recordReleased: .recordsReleased
        case .recordsRetried: .recordsRetried
        case .recordsSkipped: .recordsSkipped
        }
    }

    /// The details as they are stored and sent, in alphabetical order of their keys.
    public var details: [String: DetailValue] {
        switch self {
        case .daemonStarted(let version, let lastRunEndedWithoutStop):
            ["version": .string(version), "last_run_ended_without_stop": .bool(lastRunEndedWithoutStop)]
        case .daemonStopped(let reason):
            ["reason": .string(reason)]
        case .gpsLost(let reason):
            ["reason": .string(reason.rawValue)]
        case .gpsRestored(let afterSeconds):
            ["after_s": .integer(afterSeconds)]
        case .gpsRejectedJump(let distanceMetres, let seconds):
            ["distance_m": .integer(distanceMetres), "seconds": .number(seconds)]
        case .clockTrusted(let source, let uncertaintyMilliseconds):
            ["source": .string(source.rawValue), "uncertainty_ms": .integer(uncertaintyMilliseconds)]
        case .clockStepped(let byMilliseconds, let source):
            ["by_ms": .integer(byMilliseconds), "source": .string(source.rawValue)]
        case .clockDisagreement(let byMilliseconds, let uncertaintyMilliseconds),
            .clockDoubted(let byMilliseconds, let uncertaintyMilliseconds):
            ["by_ms": .integer(byMilliseconds), "uncertainty_ms": .integer(uncertaintyMilliseconds)]
        case .zoneEntered(let id, let name, let kind), .zoneLeft(let id, let name, let kind):
            ["zone": .string(id), "name": .string(name), "kind": .string(kind.rawValue)]
        case .loudspeaker(let event): event.details
        case .clips(let change): change.details
        case .light(let event): event.details
        case .dutyStarted(let duty, let requester): duty.details(lastedSeconds: nil, by: requester)
        case .dutyEnded(let duty, let seconds, let requester): duty.details(lastedSeconds: seconds, by: requester)
        case .mark(let text, let requester):
            ["by": .string(requester)].merging(text.map { ["text": .string($0)] } ?? [:]) { $1 }
        case .command(let command, let requester, let result):
            ["command": .string(command), "by": .string(requester), "result": .string(result)]
        case .uploadHeld(let destination, let reason):
            ["destination": .string(destination), "reason": .string(reason)]
        case .uploadResumed(let destination, let afterSeconds):
            ["destination": .string(destination), "after_s": .integer(afterSeconds)]
        case .recordsDropped(let lane, let first, let last, let count, let reason, let from, let to):
            [
                "lane": .string(lane.rawValue), "first": .integer(first.rawValue),
                "last": .integer(last.rawValue), "count": .integer(count), "reason": .string(reason),
            ].merging(Self.optional(["from": from?.description, "to": to?.description])) { $1 }
        case .journalDamaged(let what, let keptAs):
            ["what": .string(what)].merging(Self.optional(["kept_as": keptAs])) { $1 }
        case .journalEpoch(let id, let reason, let setAside):
            ["journal_id": .string(id.description), "reason": .string(reason)].merging(
                Self.optional(["set_aside": setAside])
            ) { $1 }
        case .recordQuarantined(let destination, let lane, let sequence, let reason):
            Self.details(destination, lane, sequence).merging(["reason": .string(reason)]) { $1 }
        case .recordReleased(let destination, let lane, let sequence):
            Self.details(destination, lane, sequence)
        case .recordsRetried(let destination, let count, let requester):
            ["destination": .string(destination), "count": .integer(count), "by": .string(requester)]
        case .recordsSkipped(let destination, let count, let reason, let requester):
            [
                "destination": .string(destination), "count": .integer(count), "reason": .string(reason),
                "by": .string(requester),
            ]
        }
    }

    private static func optional(_ texts: [String: String?]) -> [String: DetailValue] {
        texts.compactMapValues { $0.map(DetailValue.string) }
    }

    /// Of one record of a destination, as a range like that of ``recordsDropped(lane:first:last:count:reason:)``.
    private static func details(
        _ destination: String,
        _ lane: Lane,
        _ sequence: SequenceNumber
    ) -> [String: DetailValue] {
        [
            "destination": .string(destination), "lane": .string(lane.rawValue), "first": .integer(sequence.rawValue),
            "last": .integer(sequence.rawValue), "count": .integer(1),
        ]
    }
}

/// Why there is no usable fix.
public enum GPSLossReason: String, CaseIterable, Sendable {
    /// gpsd cannot be reached or closed the connection.
    case gpsdUnreachable = "gpsd-unreachable"
    /// gpsd is connected but sends no position report.
    case noReports = "no-reports"
    /// The receiver reports, but has no fix.
    case noFix = "no-fix"
}

/// One detail of an event; what JSON can say without loss.
public enum DetailValue: Hashable, Sendable {
    /// Text.
    case string(String)
    /// A whole number.
    case integer(Int64)
    /// A number with a fraction; finite.
    case number(Double)
    /// Yes or no.
    case bool(Bool)
}

extension DetailValue {
    /// As a person reads it.
    public var text: String {
        switch self {
        case .string(let text): text
        case .integer(let integer): "\(integer)"
        case .number(let number): "\(number)"
        case .bool(let bool): bool ? "yes" : "no"
        }
    }
}
