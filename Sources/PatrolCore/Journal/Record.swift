/// The two lanes of the journal. Each has a gap-free sequence of its own and is uploaded strictly in order.
public enum Lane: String, CaseIterable, Sendable {
    /// What happened: durable before it is acknowledged, uploaded first.
    case events
    /// Where the cart was: durable within the commit interval.
    case positions
}

/// A record's place in its lane. The first record is 1; 0 stands for "none yet".
public struct SequenceNumber: RawRepresentable, Hashable, Comparable, Sendable {
    /// 0 or more.
    public let rawValue: Int64

    /// - Parameter rawValue: 0 for "none yet", 1 for the first record.
    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Before the first record.
    public static let none = SequenceNumber(rawValue: 0)

    /// The number after this one.
    public var next: SequenceNumber { SequenceNumber(rawValue: rawValue + 1) }

    /// Earlier in the lane.
    public static func < (left: SequenceNumber, right: SequenceNumber) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// A record with its place in its lane and the boot that its instant belongs to.
public struct Recorded<Record: Hashable & Sendable>: Hashable, Sendable {
    /// Its place in its lane.
    public var sequence: SequenceNumber
    /// The boot that the record's instant belongs to.
    public var boot: BootNumber
    /// The record itself.
    public var record: Record

    /// See the properties.
    public init(sequence: SequenceNumber, boot: BootNumber, record: Record) {
        self.sequence = sequence
        self.boot = boot
        self.record = record
    }
}

/// An event as it lies in the journal and travels: the kind by name, so that a reader keeps kinds that it does not know.
public struct StoredEvent: Hashable, Sendable {
    /// When, on the boot clock, in whole milliseconds.
    public var at: Instant
    /// UTC as it was known when the event was recorded; `nil` before the clock was trusted.
    public var time: WallTime?
    /// Where, if a position was known.
    public var coordinate: Coordinate?
    /// The kind's name, for example `gps.lost`.
    public var name: String
    /// What else is known, by key.
    public var details: [String: DetailValue]

    /// See the properties.
    public init(
        at: Instant,
        time: WallTime?,
        coordinate: Coordinate?,
        name: String,
        details: [String: DetailValue]
    ) {
        self.at = at
        self.time = time
        self.coordinate = coordinate
        self.name = name
        self.details = details
    }

    /// An event on its way into the journal, in the form in which it is kept.
    public init(_ event: Event) {
        self.init(
            at: Instant(millisecondsSinceBoot: event.at.millisecondsSinceBoot),
            time: event.time,
            coordinate: event.coordinate,
            name: event.kind.name,
            details: event.kind.details
        )
    }
}
