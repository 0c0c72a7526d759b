@testable import PatrolCore

/// Zones whose rules are spelled out, and schedules and times as one writes them.
enum TestZone: String, CaseIterable {
    /// No daylight saving.
    case shanghai
    /// The rule of the European Union, for Central European Time.
    case berlin
    /// New South Wales: summer at the turn of the year.
    case sydney
    /// Summer time of half an hour.
    case lordHowe
    /// Clocks that are put at midnight: forward from 00:00 to 01:00, back from 00:00 to 23:00 of the day before.
    case midnight

    var zone: CivilZone {
        switch self {
        case .shanghai: .fixed(secondsEastOfUTC: 8 * 3600)
        case .berlin:
            CivilZone(name: "Europe/Berlin") { time in
                // Directive 2000/84/EC: from the last Sunday of March to the last Sunday of October, 01:00 UTC.
                let year = time.calendar.year
                return Self.sunday(.last, of: 3, in: year, hour: 1) <= time
                    && time < Self.sunday(.last, of: 10, in: year, hour: 1) ? 7200 : 3600
            }
        case .sydney:
            CivilZone(name: "Australia/Sydney") { time in
                // From the first Sunday of October to the first Sunday of April, 02:00 of standard time.
                let year = time.calendar.year
                let isWinter =
                    Self.sunday(.first, of: 4, in: year, hour: -8) <= time
                    && time < Self.sunday(.first, of: 10, in: year, hour: -8)
                return isWinter ? 36_000 : 39_600
            }
        case .lordHowe:
            CivilZone(name: "Australia/Lord_Howe") { time in
                let year = time.calendar.year
                let isWinter =
                    Self.sunday(.first, of: 4, in: year, hour: -9) <= time
                    && time < Self.sunday(.first, of: 10, in: year, hour: -8) + .seconds(-1800)
                return isWinter ? 37_800 : 39_600
            }
        case .midnight:
            CivilZone(name: "Test/Midnight") { time in
                let year = time.calendar.year
                return Self.sunday(.last, of: 3, in: year, hour: 4) <= time
                    && time < Self.sunday(.last, of: 10, in: year, hour: 3) ? -10_800 : -14_400
            }
        }
    }

    private enum Which { case first, last }

    /// An hour, UTC, of the first or last Sunday of a month.
    private static func sunday(_ which: Which, of month: Int, in year: Int, hour: Int64) -> WallTime {
        guard let first = CivilDate(year: year, month: month, day: which == .first ? 1 : 25) else {
            return WallTime(millisecondsSince1970: 0)
        }
        // The last Sunday of a month of 31 days lies on the 25th at the earliest.
        let sunday = first.daysSince1970 + Int64(7 - first.weekday.rawValue)
        return WallTime(millisecondsSince1970: (sunday * 24 + hour) * 3_600_000)
    }
}

extension CivilSchedule {
    /// `mon,tue 22:00-06:00 2026-06-07..2026-06-10`, each part optional and in this order; `always` for none of them.
    init?(_ text: String) {
        var days = Set(Weekday.allCases)
        var hours: DailyWindow?
        var dates: ClosedRange<CivilDate>?
        for part in text.split(separator: " ") where part != "always" {
            if part.contains("..") {
                let ends = part.split(separator: ".").compactMap { CivilDate(iso8601: $0) }
                guard ends.count == 2 else { return nil }
                dates = ends[0]...ends[1]
            } else if part.contains(":") {
                let ends = part.split(separator: "-").compactMap { TimeOfDay($0) }
                guard ends.count == 2, let window = DailyWindow(begin: ends[0], end: ends[1]) else { return nil }
                hours = window
            } else {
                let names = part.split(separator: ",").map { Weekday(name: String($0)) }
                guard !names.contains(nil) else { return nil }
                days = Set(names.compactMap { $0 })
            }
        }
        self.init(days: days, hours: hours, dates: dates)
    }
}

extension CivilTime {
    /// `2026-11-24 21:00`, with seconds and a fraction if need be.
    init?(_ text: String) {
        let full = text.count == 16 ? text + ":00" : text
        guard let asUTC = WallTime(iso8601: full + "Z") else { return nil }
        self.init(milliseconds: asUTC.millisecondsSince1970)
    }
}

/// Schedules from dice.
extension CivilSchedule {
    static func random(near day: CivilDate, _ dice: inout SplitMix64) -> CivilSchedule {
        let days =
            Bool.random(using: &dice) ? Weekday.allCases : Weekday.allCases.filter { _ in Bool.random(using: &dice) }
        var dates: ClosedRange<CivilDate>?
        if Int.random(in: 0..<3, using: &dice) == 0 {
            let first = day.adding(days: Int.random(in: -5...20, using: &dice))
            dates = first...first.adding(days: Int.random(in: 0...12, using: &dice))
        }
        return CivilSchedule(days: Set(days), hours: hours(&dice), dates: dates)
    }

    /// Often in the small hours, where clocks are put; often on the same hours, so that rules touch; some the whole day.
    private static func hours(_ dice: inout SplitMix64) -> DailyWindow? {
        let minutes = (0..<2).map { _ in
            switch Int.random(in: 0..<4, using: &dice) {
            case 0: Int.random(in: 0..<1440, using: &dice)
            case 1: Int.random(in: 0...24, using: &dice) * 60
            default: Int.random(in: 0..<20, using: &dice) * 15
            }
        }
        let times = minutes.compactMap { TimeOfDay(secondsSinceMidnight: $0 * 60) }
        return DailyWindow(begin: times[0], end: times[1])
    }

    /// The rule as a person reads it, without edges and numbers: what ``contains(_:)`` is tested against.
    func isHeld(at civil: CivilTime) -> Bool {
        func mayBegin(_ date: CivilDate) -> Bool {
            guard days.contains(date) else { return false }
            return dates.map { $0.lowerBound <= date && date <= $0.upperBound } ?? true
        }
        let second = civil.millisecondsOfDay / 1000
        let today = mayBegin(civil.date)
        guard let hours else { return today }
        let (begin, end) = (hours.begin.secondsSinceMidnight, hours.end.secondsSinceMidnight)
        if begin < end { return today && begin <= second && second < end }
        return (today && begin <= second) || (mayBegin(civil.date.adding(days: -1)) && second < end)
    }
}
