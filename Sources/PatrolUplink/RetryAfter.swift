import PatrolCore

/// `Retry-After` of RFC 9110 §10.2.3: a number of seconds, or a date.
enum RetryAfter {
    /// How long the receiver asks to wait; `nil` if it does not say or cannot be understood.
    ///
    /// A date is measured against the `Date` of the same reply, since the cart's own clock may be wrong by decades.
    /// - Parameters:
    ///   - retryAfter: the field's value.
    ///   - date: the value of the reply's `Date`.
    static func duration(retryAfter: String?, date: String?) -> Duration? {
        guard let retryAfter else { return nil }
        if let seconds = seconds(retryAfter) { return seconds }
        guard let until = httpDate(retryAfter), let date, let now = httpDate(date) else { return nil }
        return max(.zero, until - now)
    }

    /// `delay-seconds = 1*DIGIT`. More digits than a thousand years take are as long as a thousand years.
    private static func seconds(_ text: String) -> Duration? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return .seconds(min(Int64(text) ?? .max, 31_556_952_000))
    }

    /// The three forms of RFC 9110 §5.6.7, all of which a recipient must accept:
    ///
    ///     Sun, 06 Nov 1994 08:49:37 GMT    the one that is sent today
    ///     Sunday, 06-Nov-94 08:49:37 GMT   RFC 850
    ///     Sun Nov  6 08:49:37 1994         asctime()
    static func httpDate(_ text: String) -> WallTime? {
        guard text.utf8.count <= 40 else { return nil }
        let words = text.split { $0 == " " || $0 == "," || $0 == "-" }
        switch words.count {
        case 6 where words[5] == "GMT":
            // Two digits mean this century: no receiver is older than this program.
            let year = words[3].utf8.count == 2 ? "20" + words[3] : String(words[3])
            return time(day: words[1], month: words[2], year: year, clock: words[4])
        case 5:
            return time(day: words[2], month: words[1], year: String(words[4]), clock: words[3])
        default:
            return nil
        }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func time(day: Substring, month: Substring, year: String, clock: Substring) -> WallTime? {
        let parts = clock.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard let month = months.firstIndex(of: String(month)), let day = Int(day), let year = Int(year),
            parts.count == 3, let hour = parts[0], let minute = parts[1], let second = parts[2]
        else { return nil }
        return WallTime(year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second)
    }
}
