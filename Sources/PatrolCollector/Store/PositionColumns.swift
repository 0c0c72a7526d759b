import PatrolCore
import PatrolSQLite

/// The columns that the tables `position` and `latest` of an earlier version share, in the order in which they are read.
enum PositionColumns {
    static let names = """
        boot, boot_ms, effective_ms, time_source, receiver_ms, time_mark, latitude_e7, longitude_e7, altitude_dm, \
        speed_cms, course_ddeg, error_dm, satellites, mode, status, odometer_m
        """

    /// - Returns: `nil` if the row holds what no position can be, which only a foreign hand can have written.
    static func read(_ statement: Statement, from first: Int32) throws(SQLiteError) -> HeldPosition? {
        guard let latitude = Int32(exactly: try statement.integer(first + 6)),
            let longitude = Int32(exactly: try statement.integer(first + 7)),
            let coordinate = Coordinate(latitudeE7: latitude, longitudeE7: longitude),
            let mode = UInt8(exactly: try statement.integer(first + 13)).flatMap(Fix.Mode.init),
            let mark = UInt8(exactly: try statement.integer(first + 5)).flatMap(TimeMark.init),
            let source = EffectiveTime.Source(rawValue: try statement.integer(first + 3))
        else { return nil }
        var position = Position(
            receivedAt: Instant(millisecondsSinceBoot: try statement.integer(first + 1)),
            coordinate: coordinate,
            mode: mode,
            odometerMetres: try statement.integer(first + 15)
        )
        position.time = try statement.optionalInteger(first + 4).map(WallTime.init(millisecondsSince1970:))
        position.timeMark = mark
        position.altitudeDecimetres = try statement.optionalInteger(first + 8).flatMap(Int32.init(exactly:))
        position.speedCentimetresPerSecond = try statement.optionalInteger(first + 9).flatMap(Int32.init(exactly:))
        position.courseDecidegrees = try statement.optionalInteger(first + 10).flatMap(Int32.init(exactly:))
        position.horizontalErrorDecimetres = try statement.optionalInteger(first + 11).flatMap(Int32.init(exactly:))
        position.satellitesUsed = try statement.optionalInteger(first + 12).flatMap(UInt8.init(exactly:))
        position.status = UInt8(truncatingIfNeeded: try statement.integer(first + 14))
        let time = WallTime(millisecondsSince1970: try statement.integer(first + 2))
        return HeldPosition(
            position: position,
            boot: BootNumber(rawValue: try statement.integer(first)),
            time: EffectiveTime(time: time, source: source)
        )
    }
}

/// A position as the store holds it.
struct HeldPosition: Hashable, Sendable {
    var position: Position
    var boot: BootNumber
    var time: EffectiveTime
}
