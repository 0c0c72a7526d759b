import Testing

@testable import PatrolCore

@Suite("The plan of a day")
struct DayPlanTests {
    private static func date(_ text: String) -> CivilDate {
        CivilDate(iso8601: text) ?? .first
    }

    private static func quiet(_ rules: QuietRule...) -> QuietHours {
        QuietHours(rules: rules, zone: TestZone.shanghai.zone)
    }

    private static let lessons = QuietRule(
        name: "lessons",
        schedule: CivilSchedule("mon,tue,wed,thu,fri 08:00-16:00") ?? CivilSchedule(),
        zones: ["school"]
    )

    /// `06:00-08:00 p, news at 07:00; quiet …`, a line for each segment.
    private static func text(_ plan: DayPlan) -> [String] {
        plan.segments.map { segment in
            let heard = segment.programmes + segment.turns.map { "\($0.programme)@\($0.time)" }
            let quiet = segment.quiet.map { $0.rule + ($0.zones.map { "(\($0.joined(separator: "+")))" } ?? "") }
            return "\(segment.begin)-\(segment.end) [\(heard.joined(separator: " "))] [\(quiet.joined(separator: " "))]"
        }
    }

    @Test("A working day: the night, a school, a programme by its hours, a timetable")
    func workingDay() {
        let programmes = [
            Programme.plain("patrol", schedule: .hours("06:30", "20:30")),
            Programme(
                name: "news",
                clips: ["a"],
                timing: .at(["07:00", "12:00", "22:00"].compactMap { TimeOfDay($0) }),
                schedule: CivilSchedule()
            ),
        ]
        // A Tuesday.
        let plan = DayPlan(
            date: Self.date("2026-11-24"),
            quiet: Self.quiet(.night, Self.lessons),
            programmes: programmes
        )
        #expect(
            Self.text(plan) == [
                "00:00-06:00 [] [night]",
                "06:00-06:30 [] []",
                "06:30-08:00 [patrol news@07:00] []",
                "08:00-16:00 [patrol news@12:00] [lessons(school)]",
                "16:00-20:30 [patrol] []",
                "20:30-21:00 [] []",
                "21:00-24:00 [] [night]",
            ]
        )
        #expect(plan.idle == [.init(name: "news at 22:00", isProgramme: true, reason: "quiet (night)")])
    }

    @Test("What does nothing on the day is named with the reason")
    func idle() {
        var inSchool = Programme.plain("in school", schedule: .hours("09:00", "12:00"))
        inSchool.zones = ["school"]
        let programmes = [
            Programme.plain("midnight", schedule: .hours("22:00", "05:00")),
            Programme.plain("mondays", schedule: CivilSchedule(days: [.monday])),
            Programme.plain("over", schedule: CivilSchedule("2026-06-07..2026-06-09") ?? CivilSchedule()),
            inSchool,
        ]
        let exams = QuietRule(
            name: "exams",
            schedule: CivilSchedule("2027-06-07..2027-06-09") ?? CivilSchedule()
        )
        let plan = DayPlan(
            date: Self.date("2026-11-24"),
            quiet: Self.quiet(.night, Self.lessons, exams),
            programmes: programmes
        )
        #expect(
            plan.idle.map { "\($0.name): \($0.reason)" } == [
                "exams: it begins on 2027-06-07",
                "midnight: never: whenever it has its turn it is quiet (night)",
                "mondays: it does not hold on this day",
                "over: it is over since 2026-06-09",
                "in school: its hours of this day are quiet",
            ]
        )
    }

    @Test("A window over midnight is told on both days, to the second")
    func overMidnight() {
        let rule = QuietRule(name: "late", schedule: CivilSchedule("mon 22:00:30-05:59:59") ?? CivilSchedule())
        let monday = DayPlan(date: Self.date("2026-11-23"), quiet: Self.quiet(rule), programmes: [])
        #expect(Self.text(monday) == ["00:00-22:00:30 [] []", "22:00:30-24:00 [] [late]"])
        let tuesday = DayPlan(date: Self.date("2026-11-24"), quiet: Self.quiet(rule), programmes: [])
        #expect(Self.text(tuesday) == ["00:00-05:59:59 [] [late]", "05:59:59-24:00 [] []"])
    }

    @Test("Segments are without a gap, and agree with the rules at every minute", arguments: 0..<200 as Range<UInt64>)
    func agrees(seed: UInt64) {
        var dice = SplitMix64(seed: seed)
        let plan = NightPlan(dice: &dice, isLong: true)
        let hours = plan.settings().gate.hours
        let day = CivilTime(milliseconds: plan.civil(plan.boundary)).date
        let told = DayPlan(date: day, quiet: hours, programmes: plan.programmes)
        #expect(told.segments.first?.begin == .startOfDay && told.segments.last?.end == .endOfDay)
        #expect(zip(told.segments, told.segments.dropFirst()).allSatisfy { $0.end == $1.begin })
        for minute in 0..<1440 {
            guard let time = TimeOfDay(secondsSinceMidnight: minute * 60) else { continue }
            let civil = CivilTime(date: day, time: time)
            let segment = told.segments.first { $0.begin <= time && time < $0.end }
            #expect(segment?.quiet.map(\.rule) == hours.rules.filter { $0.schedule.contains(civil) }.map(\.name))
        }
    }

    // MARK: What can never sound

    /// A programme, and why it never sounds; `nil` if it does.
    struct Case: Sendable {
        var words: String
        var change: @Sendable (inout Programme) -> Void
        var never: String?
    }

    static let cases: [Case] = [
        Case(words: "always", change: { _ in }, never: nil),
        Case(
            words: "in the night",
            change: { $0.schedule = .hours("21:00", "06:00") },
            never: "whenever it has its turn it is quiet (night)"
        ),
        Case(words: "a second longer", change: { $0.schedule = .hours("21:00", "06:00:01") }, never: nil),
        Case(
            words: "at a time of the night",
            change: { $0.timing = .at(["21:00", "05:59"].compactMap { TimeOfDay($0) }) },
            never: "whenever it has its turn it is quiet (night)"
        ),
        Case(
            words: "at the end of it",
            change: { $0.timing = .at(["06:00"].compactMap { TimeOfDay($0) }) },
            never: nil
        ),
        Case(
            words: "a time outside of its hours",
            change: {
                $0.timing = .at(["08:00"].compactMap { TimeOfDay($0) })
                $0.schedule = .hours("09:00", "12:00")
            },
            never: "none of its times lies in its hours"
        ),
        Case(
            words: "in the hospital only",
            change: { $0.zones = ["hospital"] },
            never: "whenever it has its turn it is quiet (hospital, night)"
        ),
        Case(words: "in the hospital and elsewhere", change: { $0.zones = ["hospital", "park"] }, never: nil),
        Case(words: "in no zone", change: { $0.zones = [] }, never: "none of its zones is in the zone file"),
        Case(
            words: "in the exams",
            change: { $0.schedule = CivilSchedule("2027-06-07..2027-06-09") ?? CivilSchedule() },
            never: "whenever it has its turn it is quiet (exams, night)"
        ),
        Case(
            words: "a day longer",
            change: { $0.schedule = CivilSchedule("2027-06-07..2027-06-10") ?? CivilSchedule() },
            never: nil
        ),
    ]

    @Test("Whether a programme can ever be heard", arguments: cases.indices)
    func never(index: Int) {
        var programme = Programme.plain()
        Self.cases[index].change(&programme)
        let quiet = Self.quiet(
            .night,
            QuietRule(name: "hospital", schedule: CivilSchedule(), zones: ["hospital"]),
            QuietRule(name: "exams", schedule: CivilSchedule("2027-06-07..2027-06-09") ?? CivilSchedule())
        )
        let expected = Self.cases[index].never.map(Programme.Audibility.never) ?? .sometimes
        #expect(programme.sounds(between: quiet) == expected, "\(Self.cases[index].words)")
    }
}
