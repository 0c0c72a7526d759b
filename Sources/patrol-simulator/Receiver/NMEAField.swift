import PatrolCore

/// How NMEA 0183 writes quantities.
enum NMEAField {
    /// `hhmmss.sss` in UTC.
    static func time(_ time: WallTime) -> String {
        let fields = time.calendar
        return [fields.hour, fields.minute, fields.second].map { padded(Int64($0), 2) }.joined()
            + "." + padded(Int64(fields.millisecond), 3)
    }

    /// `ddmmyy` in UTC; the century is the reader's guess.
    static func date(_ time: WallTime) -> String {
        let fields = time.calendar
        return [fields.day, fields.month, fields.year % 100].map { padded(Int64($0), 2) }.joined()
    }

    /// `ddmm.mmmmmmm` and `N` or `S`. Seven decimals of a minute keep 1e-7° exactly: 60 times an integer is one.
    static func latitude(_ coordinate: Coordinate) -> [String] {
        [degreesAndMinutes(coordinate.latitudeE7, digits: 2), coordinate.latitudeE7 < 0 ? "S" : "N"]
    }

    /// `dddmm.mmmmmmm` and `E` or `W`.
    static func longitude(_ coordinate: Coordinate) -> [String] {
        [degreesAndMinutes(coordinate.longitudeE7, digits: 3), coordinate.longitudeE7 < 0 ? "W" : "E"]
    }

    /// A number with so many decimals, rounded; empty for `nil` and for what is not finite or beyond ±1e12.
    static func decimal(_ value: Double?, places: Int) -> String {
        guard let value, abs(value) <= 1e12 else { return "" }
        let scale = (0..<places).reduce(Int64(1)) { power, _ in power * 10 }
        let scaled = Int64((value * Double(scale)).rounded())
        let whole = "\(scaled < 0 ? "-" : "")\(scaled.magnitude / scale.magnitude)"
        return places == 0 ? whole : "\(whole).\(padded(Int64(scaled.magnitude % scale.magnitude), places))"
    }

    /// A whole number with leading zeros.
    static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func degreesAndMinutes(_ degreesE7: Int32, digits: Int) -> String {
        let magnitude = Int64(degreesE7.magnitude)
        let (degrees, fraction) = magnitude.quotientAndRemainder(dividingBy: 10_000_000)
        let (minutes, rest) = (fraction * 60).quotientAndRemainder(dividingBy: 10_000_000)
        return "\(padded(degrees, digits))\(padded(minutes, 2)).\(padded(rest, 7))"
    }
}
