@testable import PatrolCore

/// A quiet rule as plain numbers, judged without the code under test.
struct PlainRule {
    let name: String
    /// Seconds since midnight; `begin > end` goes over midnight.
    let begin: Int
    let end: Int
    /// ISO numbers of the days on which it begins.
    let days: Set<Int>
    /// Days since 1970 on which it begins.
    let dates: ClosedRange<Int64>?
    let zones: Set<String>?

    /// - Parameter civil: UTC plus the zone's offset, in milliseconds since 1970.
    func isQuiet(at civil: Int64, in present: Set<String>) -> Bool {
        if let zones, zones.isDisjoint(with: present) { return false }
        let day = civil.flooredDivision(by: 86_400_000)
        let second = Int((civil - day * 86_400_000) / 1000)
        let begins = { (day: Int64) in
            days.contains(Int(((day + 3) % 7 + 7) % 7) + 1) && (dates?.contains(day) ?? true)
        }
        if begin < end { return second >= begin && second < end && begins(day) }
        return (second >= begin && begins(day)) || (second < end && begins(day - 1))
    }

    var schedule: CivilSchedule {
        CivilSchedule(
            days: Set(days.compactMap(Weekday.init(rawValue:))),
            hours: begin == 0 && end == 86_400 ? nil : window,
            dates: dates.map { CivilDate(daysSince1970: $0.lowerBound)...CivilDate(daysSince1970: $0.upperBound) }
        )
    }

    private var window: DailyWindow? {
        guard let begin = TimeOfDay(secondsSinceMidnight: begin), let end = TimeOfDay(secondsSinceMidnight: end) else {
            return nil
        }
        return DailyWindow(begin: begin, end: end)
    }
}

/// A zone whose clocks are set by some seconds at one time, judged without the code under test.
struct PlainZone {
    let standard: Int
    let jumpAt: Int64
    let jumpBy: Int

    func offset(at utc: Int64) -> Int {
        standard + (utc >= jumpAt ? jumpBy : 0)
    }

    var zone: CivilZone {
        CivilZone(name: "plain") { offset(at: $0.millisecondsSince1970) }
    }
}

/// What a night is like: the configuration, and when it begins. Everything comes from the seed.
struct NightPlan {
    let zone: PlainZone
    let rules: [PlainRule]
    /// Each programme's schedule, as a rule that says when it speaks.
    let hours: [PlainRule]
    let programmes: [Programme]
    let clips: [ClipName: Clip]
    let allowsEmergency: Bool
    /// UTC in milliseconds since 1970 at which the night begins.
    let beginsAt: Int64
    let duration: Duration
    /// UTC of a boundary of quiet that everything happens around.
    let boundary: Int64

    static let zoneNames = ["school", "park", "village"]
    private static let evenings = [21 * 3600, 22 * 3600, 21 * 3600 + 1800, 23 * 3600 + 3540, 0]
    private static let mornings = [6 * 3600, 5 * 3600 + 1800, 7 * 3600, 60]

    init(dice: inout SplitMix64, isLong: Bool) {
        // 2026-10-20 and the eight weeks after it.
        let day = 20_746 + Int64.random(in: 0..<56, using: &dice)
        let standard = [8 * 3600, 0, -5 * 3600, 5 * 3600 + 1800].randomElement(using: &dice) ?? 0
        let jumps = Int.random(in: 0..<4, using: &dice) == 0
        let jumpCivil = day * 86_400_000 + Int64.random(in: 18 * 60...30 * 60, using: &dice) * 60_000
        zone = PlainZone(
            standard: standard,
            jumpAt: jumpCivil - Int64(standard) * 1000,
            jumpBy: jumps ? [3600, -3600, 1800].randomElement(using: &dice) ?? 0 : 0
        )
        rules = Self.rules(around: day, &dice)
        let allClips = Self.clips(&dice)
        clips = allClips
        let count = Int.random(in: 1...3, using: &dice)
        hours = (0..<count).map { Self.hours(of: $0, around: day, &dice) }
        programmes = hours.map { Self.programme($0, clips: allClips.keys.sorted(), pace: isLong ? 20 : 1, &dice) }
        allowsEmergency = Bool.random(using: &dice)
        let edge = Int.random(in: 0..<3, using: &dice) > 0 ? rules.first : rules.randomElement(using: &dice)
        let isEvening = Int.random(in: 0..<5, using: &dice) > 0
        let second = isEvening ? edge?.begin ?? 0 : edge?.end ?? 0
        let morning = isEvening || (edge?.begin ?? 0) < (edge?.end ?? 0) ? day : day + 1
        boundary = morning * 86_400_000 + Int64(second - standard) * 1000
        let lead = Int64.random(in: 20_000...(isLong ? 3_600_000 : 240_000), using: &dice)
        beginsAt = boundary - lead
        let length = isLong ? Int64.random(in: 8...14, using: &dice) * 3_600_000 : lead + 150_000
        duration = .milliseconds(length)
    }

    private static func rules(around day: Int64, _ dice: inout SplitMix64) -> [PlainRule] {
        let all = Set(1...7)
        var rules = [
            PlainRule(
                name: "night",
                begin: evenings.randomElement(using: &dice) ?? 0,
                end: mornings.randomElement(using: &dice) ?? 0,
                days: Int.random(in: 0..<4, using: &dice) == 0 ? [1, 2, 3, 4, 5] : all,
                dates: nil,
                zones: nil
            )
        ]
        if Bool.random(using: &dice) {
            // The school is quiet all day, or in some hours.
            let isAllDay = Bool.random(using: &dice)
            let begin = isAllDay ? 0 : Int.random(in: 0..<1380, using: &dice) * 60
            let end = isAllDay ? 86_400 : (begin + Int.random(in: 1..<600, using: &dice) * 60) % 86_400
            rules.append(PlainRule(name: "school", begin: begin, end: end, days: all, dates: nil, zones: ["school"]))
        }
        if Int.random(in: 0..<3, using: &dice) == 0 {
            let first = day + Int64.random(in: -2...1, using: &dice)
            let begin = Int.random(in: 0..<1440, using: &dice) * 60
            let end = (begin + Int.random(in: 1..<900, using: &dice) * 60) % 86_400
            let dates = first...first + Int64.random(in: 0...2, using: &dice)
            rules.append(PlainRule(name: "exams", begin: begin, end: end, days: all, dates: dates, zones: nil))
        }
        return rules
    }

    private static func clips(_ dice: inout SplitMix64) -> [ClipName: Clip] {
        var clips: [ClipName: Clip] = [:]
        for index in 0..<Int.random(in: 2...5, using: &dice) {
            let rate = [8000, 44_100, 48_000].randomElement(using: &dice) ?? 0
            let name = ClipName("clip\(index).ogg")
            clips[name] = Clip(
                name: name,
                sha256: String(repeating: "\(index)", count: 64),
                frames: Int64(rate) * Int64.random(in: 500...45_000, using: &dice) / 1000,
                sampleRate: rate,
                channels: 1,
                loudnessLUFS: -20,
                truePeakDBTP: -3
            )
        }
        return clips
    }

    private static func hours(of index: Int, around day: Int64, _ dice: inout SplitMix64) -> PlainRule {
        let isAlways = Bool.random(using: &dice)
        let begin = isAlways ? 0 : mornings.randomElement(using: &dice) ?? 0
        let end = isAlways ? 86_400 : [21 * 3600, 22 * 3600 + 60, 86_400].randomElement(using: &dice) ?? 0
        let dates = Int.random(in: 0..<5, using: &dice) == 0 ? day - 1...day : nil
        return PlainRule(name: "p\(index)", begin: begin, end: end, days: Set(1...7), dates: dates, zones: nil)
    }

    private static func programme(
        _ hours: PlainRule,
        clips: [ClipName],
        pace: Int64,
        _ dice: inout SplitMix64
    ) -> Programme {
        let some = (0..<Int.random(in: 1...3, using: &dice)).map { _ in clips.randomElement(using: &dice) ?? "" }
        return Programme(
            name: hours.name,
            clips: Int.random(in: 0..<20, using: &dice) == 0 ? ["missing.ogg"] : some,
            timing: .every(
                gap: .milliseconds(
                    pace * Int64.random(in: 1...12, using: &dice) * [1000, 3000, 30_000][Int(dice.next() % 3)]
                )
            ),
            repeats: Int.random(in: 0..<5, using: &dice) == 0 ? Int.random(in: 2...3, using: &dice) : 1,
            schedule: hours.schedule,
            zones: Int.random(in: 0..<4, using: &dice) == 0 ? ["village", "park"] : nil,
            onlyWhileMoving: Int.random(in: 0..<4, using: &dice) == 0,
            onlyOnDuty: Int.random(in: 0..<4, using: &dice) == 0,
            stopsAtEndOf: [[.duty], [], Set(ProgrammeCondition.allCases)].randomElement(using: &dice) ?? []
        )
    }

    // MARK: The truth

    func civil(_ utc: Int64) -> Int64 {
        utc + Int64(zone.offset(at: utc)) * 1000
    }

    /// The rule that holds at a true UTC, in milliseconds since 1970.
    func quietRule(at utc: Int64, in zones: Set<String>) -> PlainRule? {
        let civil = civil(utc)
        return rules.first { $0.isQuiet(at: civil, in: zones) }
    }

    func settings() -> AnnouncerSettings {
        let rules = rules.map { QuietRule(name: $0.name, schedule: $0.schedule, zones: $0.zones) }
        var settings = AnnouncerSettings(
            gate: QuietGate(hours: QuietHours(rules: rules, zone: zone.zone)),
            zone: zone.zone,
            programmes: programmes,
            clips: clips
        )
        settings.emergencyInQuietHours = allowsEmergency
        return settings
    }
}
