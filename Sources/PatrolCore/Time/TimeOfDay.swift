/// A time on the clock's face as a schedule names it, to the second; `24:00` is the midnight at which a day ends.
public struct TimeOfDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 0–86,400.
    public let secondsSinceMidnight: Int

    /// The midnight with which a day begins.
    public static let startOfDay = TimeOfDay(seconds: 0)
    /// The midnight with which a day ends, `24:00`.
    public static let endOfDay = TimeOfDay(seconds: 86_400)

    private init(seconds: Int) {
        secondsSinceMidnight = seconds
    }

    /// - Parameter secondsSinceMidnight: 0–86,400; `nil` for anything else.
    public init?(secondsSinceMidnight: Int) {
        guard (0...86_400).contains(secondsSinceMidnight) else { return nil }
        self.init(seconds: secondsSinceMidnight)
    }

    /// Parses `21:00` and `21:00:30`, two digits each, from `00:00` to `24:00`; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count) else { return nil }
        var numbers: [Int] = []
        for part in parts {
            guard part.utf8.count == 2, part.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let number = Int(part)
            else { return nil }
            numbers.append(number)
        }
        guard numbers[0] <= 24, numbers[1] < 60, numbers.count == 2 || numbers[2] < 60 else { return nil }
        self.init(secondsSinceMidnight: numbers[0] * 3600 + numbers[1] * 60 + (numbers.count == 3 ? numbers[2] : 0))
    }

    /// The earlier one.
    public static func < (left: TimeOfDay, right: TimeOfDay) -> Bool {
        left.secondsSinceMidnight < right.secondsSinceMidnight
    }

    /// `21:00`, or `21:00:30` where there are seconds.
    public var description: String {
        let seconds = secondsSinceMidnight % 60
        let minutes = TwoDigits.text(secondsSinceMidnight / 3600) + ":" + TwoDigits.text(secondsSinceMidnight / 60 % 60)
        return seconds == 0 ? minutes : minutes + ":" + TwoDigits.text(seconds)
    }
}

/// Numbers as clocks show them.
enum TwoDigits {
    static func text(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
