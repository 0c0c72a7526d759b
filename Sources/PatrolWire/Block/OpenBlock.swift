public import PatrolCore

/// A block of positions that was read and checked, still column by column: a position is made of it where one is asked for.
public struct OpenBlock: Hashable, Sendable {
    /// The block as it came.
    public let bytes: [UInt8]
    /// How many positions, 1 to 120.
    public let count: Int
    /// The boot of all of them.
    public let boot: BootNumber
    /// Whether ``bytes`` say something that this version does not know: positions made of it are not the whole of it.
    public let hasUnknownFields: Bool

    let columns: Columns

    /// The numbers, column by column, each within its range.
    struct Columns: Hashable, Sendable {
        /// Stands for a quantity that is missing; outside of every range.
        static let missing = Int64.min

        var sequences: [Int64]
        var latitudes: [Int64]
        var longitudes: [Int64]
        var odometers: [Int64]
        var received: [Int64]
        var times: [Int64]
        var timeMarks: [Int64]
        var altitudes: [Int64]
        var speeds: [Int64]
        var courses: [Int64]
        var errors: [Int64]
        var satellites: [Int64]
        var modes: [Int64]
        var statuses: [Int64]
    }

    /// Reads a block from anywhere.
    /// - Throws: for anything that is not a block with meaningful positions.
    public init(_ bytes: [UInt8]) throws(WireError) {
        let raw = try ColumnBytes.read(bytes)
        guard (1...UInt32(PositionBlockCodec.maximumPositions)).contains(raw.count) else {
            throw .outOfRange("count", raw.count, allowed: "1 to \(PositionBlockCodec.maximumPositions)")
        }
        let reader = BlockReader(raw)
        columns = try reader.columns()
        self.bytes = bytes
        count = Int(raw.count)
        boot = try PositionRules.boot(raw.boot)
        hasUnknownFields = raw.hasUnknownFields
        try check()
    }

    /// The first position's number.
    public var first: SequenceNumber { SequenceNumber(rawValue: columns.sequences[0]) }
    /// The last position's number.
    public var last: SequenceNumber { SequenceNumber(rawValue: columns.sequences[count - 1]) }
    /// Whether every number from the first to the last is there.
    public var isContiguous: Bool { last.rawValue - first.rawValue == Int64(count - 1) }
    /// The positions' numbers, ascending.
    public var sequences: [Int64] { columns.sequences }

    /// When a position was received, in milliseconds since its boot.
    public func bootMilliseconds(at index: Int) -> Int64 { columns.received[index] * 100 }

    /// UTC as the receiver told it, if it can be true: ``PatrolCore/Position/believedTime``, in milliseconds since 1970.
    public func believedMilliseconds(at index: Int) -> Int64? {
        let time = columns.times[index]
        return columns.timeMarks[index] == Int64(TimeMark.plausible.rawValue) && time != Columns.missing ? time : nil
    }

    /// One of the positions.
    public func position(at index: Int) -> Position {
        // All of it was checked: nothing here can be out of its range.
        var position = Position(
            receivedAt: Instant(millisecondsSinceBoot: bootMilliseconds(at: index)),
            coordinate: coordinate(at: index),
            mode: Fix.Mode(rawValue: UInt8(truncatingIfNeeded: columns.modes[index])) ?? .twoDimensional,
            odometerMetres: columns.odometers[index]
        )
        position.time = optional(columns.times[index]).map(WallTime.init(millisecondsSince1970:))
        position.timeMark = TimeMark(rawValue: UInt8(truncatingIfNeeded: columns.timeMarks[index])) ?? .missing
        position.altitudeDecimetres = optional(columns.altitudes[index]).map(Int32.init(truncatingIfNeeded:))
        position.speedCentimetresPerSecond = optional(columns.speeds[index]).map(Int32.init(truncatingIfNeeded:))
        position.courseDecidegrees = optional(columns.courses[index]).map(Int32.init(truncatingIfNeeded:))
        position.horizontalErrorDecimetres = optional(columns.errors[index]).map(Int32.init(truncatingIfNeeded:))
        position.satellitesUsed = optional(columns.satellites[index]).map(UInt8.init(truncatingIfNeeded:))
        position.status = UInt8(truncatingIfNeeded: columns.statuses[index])
        return position
    }

    /// One of the positions with its place.
    public func recorded(at index: Int) -> Recorded<Position> {
        Recorded(
            sequence: SequenceNumber(rawValue: columns.sequences[index]),
            boot: boot,
            record: position(at: index)
        )
    }

    /// All of them.
    public var positions: [Recorded<Position>] { (0..<count).map(recorded(at:)) }

    private func optional(_ value: Int64) -> Int64? { value == Columns.missing ? nil : value }

    private func coordinate(at index: Int) -> Coordinate {
        let latitude = Int32(truncatingIfNeeded: columns.latitudes[index])
        let longitude = Int32(truncatingIfNeeded: columns.longitudes[index])
        guard let coordinate = Coordinate(latitudeE7: latitude, longitudeE7: longitude) else {
            preconditionFailure("the coordinates of a block were checked when it was opened")
        }
        return coordinate
    }

    // MARK: Checking

    /// Every column within its range: the rules of ``PositionRules``, a column at a time.
    private func check() throws(WireError) {
        let isSound =
            Self.all(columns.latitudes, within: -900_000_000...900_000_000)
            && Self.all(columns.longitudes, within: -1_800_000_000...1_800_000_000)
            && Self.all(columns.odometers, within: 0...Int64.max)
            && Self.all(columns.received, within: PositionRules.receivedRange)
            && Self.all(columns.timeMarks, within: 0...Int64(TimeMark.allCases.count - 1))
            && Self.all(columns.modes, within: 2...3) && Self.all(columns.statuses, within: 0...255)
            && Self.known(columns.times, within: PositionRules.timeRange)
            && Self.known(columns.altitudes, within: Int64(Int32.min)...Int64(Int32.max))
            && Self.known(columns.speeds, within: 0...Int64(Int32.max))
            && Self.known(columns.courses, within: 0...3599)
            && Self.known(columns.errors, within: 0...Int64(Int32.max))
            && Self.known(columns.satellites, within: 0...255)
        guard !isSound else { return }
        // The error that a reader of one position after the other would meet.
        for index in 0..<count { _ = try PositionRules.position(numbers(at: index)) }
    }

    private static func all(_ values: [Int64], within range: ClosedRange<Int64>) -> Bool {
        values.allSatisfy { range.contains($0) }
    }

    private static func known(_ values: [Int64], within range: ClosedRange<Int64>) -> Bool {
        values.allSatisfy { range.contains($0) || $0 == Columns.missing }
    }

    private func numbers(at index: Int) -> PositionNumbers {
        PositionNumbers(
            receivedDeciseconds: columns.received[index],
            timeMilliseconds: optional(columns.times[index]),
            timeMark: columns.timeMarks[index],
            latitudeE7: columns.latitudes[index],
            longitudeE7: columns.longitudes[index],
            altitudeDecimetres: optional(columns.altitudes[index]),
            speedCentimetresPerSecond: optional(columns.speeds[index]),
            courseDecidegrees: optional(columns.courses[index]),
            horizontalErrorDecimetres: optional(columns.errors[index]),
            satellitesUsed: optional(columns.satellites[index]),
            mode: columns.modes[index],
            status: columns.statuses[index],
            odometerMetres: columns.odometers[index]
        )
    }
}

extension ColumnBytes {
    static func read(_ bytes: [UInt8]) throws(WireError) -> ColumnBytes {
        try bytes.withUnsafeBytes { buffer in
            Result { () throws(WireError) in try ColumnBytes(buffer) }
        }.get()
    }
}
