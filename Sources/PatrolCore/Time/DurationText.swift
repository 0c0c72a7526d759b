/// Durations as people write them, in the configuration and on the command line: a number and a unit, `250ms`, `10s`,
/// `5min`, `1h`.
public enum DurationText {
    private static let units: [(suffix: String, duration: Duration)] = [
        ("ms", .milliseconds(1)), ("min", .seconds(60)), ("s", .seconds(1)), ("h", .seconds(3600)),
    ]

    /// `nil` unless the text is a number of at most nine digits, and three after a point, followed by a unit; one space may
    /// stand between.
    public static func parse(_ text: String) -> Duration? {
        for unit in units where text.hasSuffix(unit.suffix) {
            var digits = text.dropLast(unit.suffix.count)
            if digits.last == " " { digits.removeLast() }
            let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            guard let whole = number(parts.first, of: 1...9) else { continue }
            guard parts.count > 1 else { return unit.duration * whole }
            guard let fraction = number(parts.last, of: 1...3) else { continue }
            let thousandths = [100, 10, 1][(parts.last?.count ?? 1) - 1] * fraction
            return unit.duration * whole + unit.duration * thousandths / 1000
        }
        return nil
    }

    private static func number(_ digits: Substring?, of length: ClosedRange<Int>) -> Int? {
        guard let digits, length.contains(digits.count), digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return nil
        }
        return Int(digits)
    }

    /// The shortest form that ``parse(_:)`` reads back, in the largest unit that fits.
    public static func format(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        for (size, unit) in [(3_600_000, "h"), (60_000, "min"), (1000, "s")] as [(Int64, String)]
        where milliseconds != 0 && milliseconds % size == 0 {
            return "\(milliseconds / size)\(unit)"
        }
        return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
    }
}
