import PatrolCore
import Testing

@Suite("Whether the receiver's time can be true")
struct FixTimeJudgeTests {
    private static let built = "2026-11-20T00:00:00Z"

    private func fix(_ time: String?, after seconds: Int64, mode: Fix.Mode = .threeDimensional) throws -> Fix {
        var fix = Fix(receivedAt: Instant(millisecondsSinceBoot: 10_000) + .seconds(seconds), mode: mode)
        fix.time = try time.map(utc)
        return fix
    }

    /// Marks of fixes that arrive a second apart.
    private func marks(of times: [String?], built: String = built) throws -> [TimeMark] {
        var judge = FixTimeJudge(buildDate: try utc(built))
        return try times.enumerated().map { judge.mark(try fix($1, after: Int64($0))) }
    }

    @Test(
        "The first time is judged by the day of the build alone",
        arguments: [
            (nil, .missing),
            ("1970-01-01T00:00:00Z", .beforeBuild), ("2007-04-06T08:00:00Z", .beforeBuild),
            ("2026-11-19T23:59:59.999Z", .beforeBuild), ("2026-11-20T00:00:00Z", .plausible),
            ("2026-11-24T13:00:00Z", .plausible), ("2046-07-05T23:59:59.999Z", .plausible),
            ("2046-07-06T00:00:00Z", .weekRollover), ("2046-07-10T13:00:00Z", .weekRollover),
            ("9999-12-31T23:59:59Z", .weekRollover),
        ] as [(String?, TimeMark)]
    )
    func first(time: String?, mark: TimeMark) throws {
        #expect(try marks(of: [time]) == [mark])
    }

    @Test(
        "A multiple of 1024 weeks from the expected time is a rollover, whichever way and however often",
        arguments: [
            ("2046-07-10T13:00:01Z", .weekRollover), ("2066-02-23T13:00:01Z", .weekRollover),
            ("2007-04-10T13:00:01Z", .weekRollover), ("1987-08-25T13:00:01Z", .weekRollover),
            ("2007-04-11T12:59:00Z", .weekRollover), ("2007-04-09T13:02:00Z", .weekRollover),
            ("2007-04-12T13:00:01Z", .beforeBuild), ("2007-04-08T12:59:59Z", .beforeBuild),
            ("2026-11-19T13:00:00Z", .beforeBuild),
        ] as [(String, TimeMark)]
    )
    func neighbours(time: String, mark: TimeMark) throws {
        #expect(try marks(of: ["2026-11-24T13:00:00Z", time]) == [.plausible, mark])
    }

    @Test("The expected time goes on with the boot clock")
    func expectation() throws {
        var judge = FixTimeJudge(buildDate: try utc(Self.built))
        #expect(judge.mark(try fix("2026-11-24T13:00:00Z", after: 0)) == .plausible)
        // Thirty days later the receiver forgets 1024 weeks.
        #expect(judge.mark(try fix("2007-05-10T13:00:00Z", after: 30 * 86_400)) == .weekRollover)
        #expect(judge.mark(try fix("2007-04-10T13:00:00Z", after: 30 * 86_400 + 1)) == .beforeBuild)
    }

    @Test("Backwards is said of the report that goes back, and not of those that follow it")
    func backwards() throws {
        let times = [
            "2026-11-24T13:00:00Z", "2026-11-24T13:00:05Z", "2026-11-24T13:00:04.999Z", "2026-11-24T13:00:04.999Z",
            nil, "2026-11-24T13:00:06Z",
        ]
        #expect(try marks(of: times) == [.plausible, .plausible, .backwards, .plausible, .missing, .plausible])
    }

    @Test(
        "One wrong time marks itself, or the one after it, and then the truth is the truth again",
        arguments: [
            ("2029-01-01T00:00:00Z", [.plausible, .backwards, .plausible]),
            ("2046-07-10T13:00:00Z", [.weekRollover, .plausible, .plausible]),
            ("2007-04-10T13:00:00Z", [.beforeBuild, .plausible, .plausible]),
            ("1970-01-01T00:00:00Z", [.beforeBuild, .plausible, .plausible]),
        ] as [(String, [TimeMark])]
    )
    func recovers(wrong: String, marks expected: [TimeMark]) throws {
        #expect(try marks(of: [wrong, "2026-11-24T13:00:00Z", "2026-11-24T13:00:01Z"]) == expected)
    }

    @Test("A replay at sixty times the speed is not marked")
    func replay() throws {
        let start = try utc("2026-11-24T13:00:00Z")
        var judge = FixTimeJudge(buildDate: try utc(Self.built))
        for minute in 0..<100 {
            var fix = try fix(nil, after: Int64(minute))
            fix.time = start + .seconds(60 * minute)
            #expect(judge.mark(fix) == .plausible)
        }
    }

    @Test("The clock of a receiver without a fix is judged, but nothing is compared with it")
    func noFix() throws {
        var judge = FixTimeJudge(buildDate: try utc(Self.built))
        #expect(judge.mark(try fix("2027-01-01T00:00:00Z", after: 0, mode: .none)) == .plausible)
        #expect(judge.mark(try fix("2002-11-14T14:32:55Z", after: 1, mode: .none)) == .beforeBuild)
        #expect(judge.mark(try fix("2026-11-24T13:00:00Z", after: 2)) == .plausible)
    }
}
