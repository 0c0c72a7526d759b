/// The times of a day at which schedules begin and end to hold: between two neighbours nothing changes, so whoever asks at each of
/// them has asked for the whole day.
extension CivilSchedule {
    /// Ascending, from 00:00 to 24:00; none if it does not hold on the day at all.
    func edges(on date: CivilDate) -> [TimeOfDay] {
        let midnight = CivilTime(date: date, time: .startOfDay).milliseconds
        // No window is longer than a day, so of those that began earlier only yesterday's can last.
        return [date.adding(days: -1), date].compactMap { window(of: $0) }
            .map { $0.clamped(to: midnight..<midnight + CivilDate.millisecondsPerDay) }
            .filter { !$0.isEmpty }
            .flatMap { [$0.lowerBound, $0.upperBound] }
            .compactMap { TimeOfDay(secondsSinceMidnight: Int(($0 - midnight) / 1000)) }
    }
}

extension Sequence<CivilSchedule> {
    /// Those of all, and 00:00 and 24:00; ascending, each once.
    func edges(on date: CivilDate) -> [TimeOfDay] {
        Set(flatMap { $0.edges(on: date) }).union([.startOfDay, .endOfDay]).sorted()
    }
}
