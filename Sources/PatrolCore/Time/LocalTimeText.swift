/// Times as people read and type them: on calendar and clock of the vehicle, `2026-11-25 21:00:03 +08:00`.
///
/// The offset stands beside each time, so that one that was copied out of a terminal means the same wherever it is put
/// in, and so that the hour that is shown twice in autumn can be told from itself.
public enum LocalTimeText {
    /// `+08:00`; `+08:05:43` where there are seconds, as zones had before they had hours.
    public static func offset(_ secondsEastOfUTC: Int) -> String {
        let seconds = abs(secondsEastOfUTC)
        let minutes = TwoDigits.text(seconds / 3600) + ":" + TwoDigits.text(seconds / 60 % 60)
        return (secondsEastOfUTC < 0 ? "-" : "+") + minutes
            + (seconds % 60 == 0 ? "" : ":" + TwoDigits.text(seconds % 60))
    }

    /// What to do where a clock shows a time twice, because it is put back over it.
    public enum Twice: Sendable {
        /// Take the first one: where something begins.
        case earlier
        /// Take the second one: where something ends.
        case later
    }

    /// What a time of day without a date means.
    public enum Alone: Sendable {
        /// That of this day.
        case today
        /// The next one: today's if it is still to come, else tomorrow's.
        case next
    }

    /// In words, for messages.
    public static let allowed =
        "the cart's local time, such as 2026-11-25, \"2026-11-25 21:00\" or 21:00, or RFC 3339 with an offset, such as "
        + "2026-11-25T13:00:00Z"

    /// Reads a time.
    ///
    /// | text | means |
    /// | --- | --- |
    /// | `2026-11-25T13:00:00Z`, `2026-11-25 21:00:03 +08:00` | itself, whatever the zone |
    /// | `2026-11-25` | the local midnight with which the day begins |
    /// | `2026-11-25 21:00`, `2026-11-25T21:00:30` | the local time |
    /// | `21:00`, `21:00:30` | the local time of a day that `alone` names |
    /// | a time that the clocks skip | as if they had not been put forward yet: 02:30 is then 03:30 |
    ///
    /// - Parameters:
    ///   - now: the present, for a time of day alone; `nil` if nobody knows it.
    /// - Returns: `nil` for anything else, and for a local time where nobody knows the zone.
    public static func read(
        _ text: String,
        in zone: CivilZone,
        now: WallTime?,
        alone: Alone,
        twice: Twice
    ) -> WallTime? {
        if CivilDate(iso8601: text) == nil, let time = withOffset(text) { return time }
        guard zone.isKnown else { return nil }
        if let date = CivilDate(iso8601: text) {
            return time(of: CivilTime(date: date, time: .startOfDay), in: zone, twice)
        }
        if let time = TimeOfDay(text) {
            guard let now else { return nil }
            let today = zone.civilTime(at: now).date
            let first = Self.time(of: CivilTime(date: today, time: time), in: zone, twice)
            guard alone == .next, first <= now else { return first }
            return Self.time(of: CivilTime(date: today.adding(days: 1), time: time), in: zone, twice)
        }
        let separator = text.dropFirst(10).first
        guard separator == " " || separator == "T" || separator == "t",
            let date = CivilDate(iso8601: text.prefix(10)), let time = TimeOfDay(text.dropFirst(11))
        else { return nil }
        return Self.time(of: CivilTime(date: date, time: time), in: zone, twice)
    }

    /// RFC 3339, and our own form, in which a space stands before the offset.
    private static func withOffset(_ text: String) -> WallTime? {
        if let time = WallTime(iso8601: text) { return time }
        guard let space = text.lastIndex(of: " "), let sign = text[text.index(after: space)...].first,
            sign == "+" || sign == "-" || sign == "Z"
        else { return nil }
        return WallTime(iso8601: text[..<space] + text[text.index(after: space)...])
    }

    private static func time(of civil: CivilTime, in zone: CivilZone, _ twice: Twice) -> WallTime {
        let times = zone.wallTimes(showing: civil)
        if let time = twice == .earlier ? times.first : times.last { return time }
        let asUTC = WallTime(millisecondsSince1970: civil.milliseconds)
        return asUTC + (.zero - zone.offset(at: asUTC + .seconds(-86_400)))
    }
}

extension CivilZone {
    /// `2026-11-25 21:00:03 +08:00`; fractions of a second are cut.
    public func text(of time: WallTime) -> String {
        "\(civilTime(at: time).description.prefix(19)) \(offsetText(at: time))"
    }

    /// `+08:00`
    public func offsetText(at time: WallTime) -> String {
        LocalTimeText.offset(secondsEastOfUTC(at: time))
    }

    /// What to add to UTC at a time, in seconds.
    public func secondsEastOfUTC(at time: WallTime) -> Int {
        Int(offset(at: time).milliseconds / 1000)
    }
}
