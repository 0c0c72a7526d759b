extension Position {
    /// An accepted fix in the units of the wire.
    ///
    /// Every quantity is rounded to the nearest unit and clamped to its range; one that is not a number is left out.
    ///
    /// | quantity | unit | range |
    /// | --- | --- | --- |
    /// | altitude | dm | that of `Int32` |
    /// | speed | cm/s | not negative |
    /// | course | 0.1° | 0–3599; 360° and what rounds to it is 0 |
    /// | horizontal error | dm | not negative |
    init(_ fix: Fix, at coordinate: Coordinate, timeMark: TimeMark, odometerMetres: Int64) {
        self.init(
            receivedAt: fix.receivedAt,
            coordinate: coordinate,
            mode: fix.mode,
            odometerMetres: odometerMetres
        )
        time = fix.time
        self.timeMark = timeMark
        altitudeDecimetres = fix.altitude.flatMap { Int32(roundedAndClamped: $0 * 10) }
        speedCentimetresPerSecond = fix.speed.flatMap { Int32(roundedAndClamped: $0 * 100, atLeast: 0) }
        courseDecidegrees = fix.course.flatMap(Self.decidegrees)
        horizontalErrorDecimetres = fix.horizontalError.flatMap { Int32(roundedAndClamped: $0 * 10, atLeast: 0) }
        satellitesUsed = fix.satellitesUsed
        status = fix.status
    }

    private static func decidegrees(_ course: Double) -> Int32? {
        guard course.isFinite else { return nil }
        let turn = course.truncatingRemainder(dividingBy: 360)
        let rounded = Int32(((turn < 0 ? turn + 360 : turn) * 10).rounded())
        return rounded == 3600 ? 0 : rounded
    }
}

extension Int32 {
    /// The nearest whole number in range; `nil` for what is not a finite number.
    fileprivate init?(roundedAndClamped value: Double, atLeast least: Int32 = .min) {
        guard value.isFinite else { return nil }
        self = Int32(Swift.min(Swift.max(value.rounded(), Double(least)), Double(Int32.max)))
    }
}
