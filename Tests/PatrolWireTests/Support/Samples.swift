import PatrolCore

/// A generator with a seed that a failing test prints (SplitMix64 of PatrolCore).
typealias Generator = SplitMix64

/// Positions for the round trip: plausible drives, and every edge that a quantity has.
enum Samples {
    static func position(
        _ latitudeE7: Int32 = 293_000_000,
        _ longitudeE7: Int32 = 1_063_000_000,
        receivedDeciseconds: Int64 = 0,
        _ change: (inout Position) -> Void = { _ in }
    ) throws -> Position {
        guard let coordinate = Coordinate(latitudeE7: latitudeE7, longitudeE7: longitudeE7) else {
            throw SampleError()
        }
        var position = Position(
            receivedAt: Instant(millisecondsSinceBoot: receivedDeciseconds * 100),
            coordinate: coordinate,
            mode: .threeDimensional,
            odometerMetres: 0
        )
        change(&position)
        return position
    }

    static func recorded(_ positions: [Position], from first: Int64 = 1) -> [Recorded<Position>] {
        positions.enumerated().map { index, position in
            Recorded(
                sequence: SequenceNumber(rawValue: first + Int64(index)),
                boot: BootNumber(rawValue: 1),
                record: position
            )
        }
    }

    /// Anything that the wire allows, with a liking for the ends of each range.
    static func random(_ count: Int, using generator: inout Generator) throws -> [Recorded<Position>] {
        var sequence = Int64.random(in: 1...1_000_000, using: &generator)
        let boot = BootNumber(rawValue: Int64.random(in: 1...Int64.max, using: &generator))
        return try (0..<count).map { _ in
            sequence += Bool.random(using: &generator) ? 1 : Int64.random(in: 1...Int64(UInt32.max), using: &generator)
            return Recorded(
                sequence: SequenceNumber(rawValue: sequence),
                boot: boot,
                record: try random(using: &generator)
            )
        }
    }

    static func random(using generator: inout Generator) throws -> Position {
        let latitude = edgy(-900_000_000...900_000_000 as ClosedRange<Int32>, &generator)
        let longitude = edgy(-1_800_000_000...1_800_000_000 as ClosedRange<Int32>, &generator)
        let received = edgy(0...(1 << 36) as ClosedRange<Int64>, &generator)
        return try position(latitude, longitude, receivedDeciseconds: received) { position in
            position.time = maybe(&generator) {
                WallTime(millisecondsSince1970: edgy(-(1 << 53)...(1 << 53) as ClosedRange<Int64>, &$0))
            }
            position.timeMark = TimeMark.allCases.randomElement(using: &generator) ?? .missing
            position.altitudeDecimetres = maybe(&generator) { edgy(Int32.min...Int32.max, &$0) }
            position.speedCentimetresPerSecond = maybe(&generator) { edgy(0...Int32.max, &$0) }
            position.courseDecidegrees = maybe(&generator) { edgy(0...3599 as ClosedRange<Int32>, &$0) }
            position.horizontalErrorDecimetres = maybe(&generator) { edgy(0...Int32.max, &$0) }
            position.satellitesUsed = maybe(&generator) { edgy(UInt8.min...UInt8.max, &$0) }
            position.mode = Bool.random(using: &generator) ? .twoDimensional : .threeDimensional
            position.status = edgy(UInt8.min...UInt8.max, &generator)
            position.odometerMetres = edgy(0...Int64.max, &generator)
        }
    }

    private static func edgy<Number: FixedWidthInteger>(
        _ range: ClosedRange<Number>,
        _ generator: inout Generator
    ) -> Number {
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: range.lowerBound
        case 1: range.upperBound
        case 2: range.contains(0) ? 0 : range.lowerBound
        default: Number.random(in: range, using: &generator)
        }
    }

    private static func maybe<Value>(
        _ generator: inout Generator,
        _ value: (inout Generator) -> Value
    ) -> Value? {
        Bool.random(using: &generator) ? value(&generator) : nil
    }

    struct SampleError: Error {}
}
