/// Times of the day at which something is due, on the days of a schedule.
struct Timetable: Hashable, Sendable {
    private let times: [TimeOfDay]
    private let schedule: CivilSchedule

    init(times: [TimeOfDay], schedule: CivilSchedule) {
        self.times = times.sorted()
        self.schedule = schedule
    }

    /// The first time that is due, strictly after `time`; `nil` if none ever is.
    ///
    /// Where the clocks skip a time of day it is left out on that day; where they show it twice the first one counts.
    func next(after time: WallTime, in zone: CivilZone) -> WallTime? {
        let today = zone.civilTime(at: time).date
        let first = schedule.dates.map { max($0.lowerBound, today) } ?? today
        // A window over midnight makes times of the day after it due as well, so yesterday's counts, too.
        for day in [first.adding(days: -1)] + schedule.days.candidates(from: first) {
            for (date, begin) in times.map({ (day, $0) }) + times.map({ (day.adding(days: 1), $0) }) {
                let civil = CivilTime(date: date, time: begin)
                guard schedule.contains(civil), let due = zone.wallTimes(showing: civil).first, due > time else {
                    continue
                }
                return due
            }
        }
        return nil
    }
}
