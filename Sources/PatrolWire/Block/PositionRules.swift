import PatrolCore

/// A position as the wire's numbers, before anybody looked whether they make sense.
struct PositionNumbers {
    var receivedDeciseconds: Int64
    var timeMilliseconds: Int64?
    var timeMark: Int64
    var latitudeE7: Int64
    var longitudeE7: Int64
    var altitudeDecimetres: Int64?
    var speedCentimetresPerSecond: Int64?
    var courseDecidegrees: Int64?
    var horizontalErrorDecimetres: Int64?
    var satellitesUsed: Int64?
    var mode: Int64
    var status: Int64
    var odometerMetres: Int64
}

/// What a position's numbers may be: one place for the block, the newest position and JSON.
enum PositionRules {
    /// 2^36 units of 0.1 s are 217 years of boot time, well within what an instant can hold.
    static let receivedRange: ClosedRange<Int64> = 0...(1 << 36)
    /// ±2^53 ms, which JSON's numbers hold exactly: 285,000 years.
    static let timeRange: ClosedRange<Int64> = -(1 << 53)...(1 << 53)

    /// The position that the numbers mean.
    static func position(_ numbers: PositionNumbers) throws(WireError) -> Position {
        guard let latitude = Int32(exactly: numbers.latitudeE7), let longitude = Int32(exactly: numbers.longitudeE7),
            let coordinate = Coordinate(latitudeE7: latitude, longitudeE7: longitude)
        else {
            throw WireError(
                field: "latitude_e7, longitude_e7",
                reason: "are \(numbers.latitudeE7), \(numbers.longitudeE7); allowed: ±900000000, ±1800000000"
            )
        }
        guard let mode = UInt8(exactly: numbers.mode).flatMap(Fix.Mode.init), mode != .none else {
            throw .outOfRange("mode", numbers.mode, allowed: "2, 3")
        }
        guard let mark = UInt8(exactly: numbers.timeMark).flatMap(TimeMark.init) else {
            throw .outOfRange("time_mark", numbers.timeMark, allowed: "0 to \(TimeMark.allCases.count - 1)")
        }
        let received = try checked(numbers.receivedDeciseconds, receivedRange, "received_ds")
        var position = Position(
            receivedAt: Instant(millisecondsSinceBoot: received * 100),
            coordinate: coordinate,
            mode: mode,
            odometerMetres: try checked(numbers.odometerMetres, 0...Int64.max, "odometer_m")
        )
        position.time = try checked(numbers.timeMilliseconds, timeRange, "time_ms")
            .map(WallTime.init(millisecondsSince1970:))
        position.timeMark = mark
        position.altitudeDecimetres = try number(numbers.altitudeDecimetres, Int32.min...Int32.max, "altitude_dm")
        position.speedCentimetresPerSecond = try number(
            numbers.speedCentimetresPerSecond,
            0...Int32.max,
            "speed_cmps"
        )
        position.courseDecidegrees = try number(numbers.courseDecidegrees, 0...3599, "course_ddeg")
        position.horizontalErrorDecimetres = try number(
            numbers.horizontalErrorDecimetres,
            0...Int32.max,
            "horizontal_error_dm"
        )
        position.satellitesUsed = try number(numbers.satellitesUsed, UInt8.min...UInt8.max, "satellites")
        position.status = UInt8(try checked(numbers.status, 0...255, "status"))
        return position
    }

    /// The numbers of a position.
    static func numbers(_ position: Position) -> PositionNumbers {
        PositionNumbers(
            receivedDeciseconds: deciseconds(position.receivedAt),
            timeMilliseconds: position.time?.millisecondsSince1970,
            timeMark: Int64(position.timeMark.rawValue),
            latitudeE7: Int64(position.coordinate.latitudeE7),
            longitudeE7: Int64(position.coordinate.longitudeE7),
            altitudeDecimetres: position.altitudeDecimetres.map(Int64.init),
            speedCentimetresPerSecond: position.speedCentimetresPerSecond.map(Int64.init),
            courseDecidegrees: position.courseDecidegrees.map(Int64.init),
            horizontalErrorDecimetres: position.horizontalErrorDecimetres.map(Int64.init),
            satellitesUsed: position.satellitesUsed.map(Int64.init),
            mode: Int64(position.mode.rawValue),
            status: Int64(position.status),
            odometerMetres: position.odometerMetres
        )
    }

    /// The same rules on the way out: what cannot be read back is not written.
    static func checked(_ position: Recorded<Position>) throws(WireError) -> Recorded<Position> {
        _ = try sequence(UInt64(clamping: position.sequence.rawValue), "sequence")
        _ = try boot(UInt64(clamping: position.boot.rawValue))
        _ = try PositionRules.position(numbers(position.record))
        return position
    }

    /// The wire's unit of boot time, rounded down.
    static func deciseconds(_ instant: Instant) -> Int64 {
        let milliseconds = instant.millisecondsSinceBoot
        return milliseconds >= 0 ? milliseconds / 100 : (milliseconds - 99) / 100
    }

    static func sequence(_ number: UInt64, _ field: String) throws(WireError) -> SequenceNumber {
        guard let number = Int64(exactly: number), number >= 1 else {
            throw .outOfRange(field, number, allowed: "1 to \(Int64.max)")
        }
        return SequenceNumber(rawValue: number)
    }

    static func boot(_ number: UInt64) throws(WireError) -> BootNumber {
        guard let number = Int64(exactly: number), number >= 1 else {
            throw .outOfRange("boot", number, allowed: "1 to \(Int64.max)")
        }
        return BootNumber(rawValue: number)
    }

    static func checked(_ value: Int64, _ range: ClosedRange<Int64>, _ field: String) throws(WireError) -> Int64 {
        guard range.contains(value) else {
            throw .outOfRange(field, value, allowed: "\(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    static func checked(_ value: Int64?, _ range: ClosedRange<Int64>, _ field: String) throws(WireError) -> Int64? {
        guard let value else { return nil }
        return try checked(value, range, field) as Int64
    }

    private static func number<Number: FixedWidthInteger>(
        _ value: Int64?,
        _ range: ClosedRange<Number>,
        _ field: String
    ) throws(WireError) -> Number? {
        try checked(value, Int64(range.lowerBound)...Int64(range.upperBound), field).map { Number($0) }
    }
}
