import PatrolCore
import Testing

@Suite("The way of a fix through the policies")
struct PositionPipelineTests {
    private let drive = Drive()

    private func pipeline(built: String = "2026-11-20", odometer: Int64 = 0) throws -> PositionPipeline {
        PositionPipeline(settings: .init(buildDate: try utc(built)), odometerMetres: odometer)
    }

    @Test("The first fixes: recorded at once, the clock trusted after two seconds, the event with its time and place")
    func beginning() throws {
        var pipeline = try pipeline(odometer: 1000)
        #expect(pipeline.state.latest == nil)
        let outcomes = (0..<5).map { pipeline.handle(drive.fix(Double($0))) }
        #expect(outcomes.map { $0.record != nil } == [true, false, false, false, false], "parked: one a minute")
        #expect(outcomes.map(\.timeMark) == Array(repeating: .plausible, count: 5))
        #expect(outcomes.map { $0.clockOffset != nil } == [false, false, true, false, false])
        let event = try #require(outcomes[2].events.first)
        #expect(event.kind == .clockTrusted(source: .gps, uncertaintyMilliseconds: 750))
        #expect(event.time == drive.fix(2).time.map { $0 + .milliseconds(750) }, "the middle of the bound of 1.5 s")
        #expect(event.at == drive.fix(2).receivedAt)
        #expect(try event.coordinate == drive.coordinate())
        #expect(outcomes.flatMap(\.events).count == 1)
        #expect(pipeline.state.counters.accepted == 5)
        #expect(pipeline.state.odometerMetres == 1000)
        #expect(pipeline.state.latest?.receivedAt == drive.fix(4).receivedAt, "the latest, recorded or not")
    }

    @Test("Each record has the odometer as it stands at that place")
    func odometerInRecords() throws {
        var pipeline = try pipeline(odometer: 500)
        let records = (0..<60).compactMap {
            pipeline.handle(drive.fix(Double($0), east: 10 * Double($0), speed: 10)).record
        }
        #expect(records.count >= 57)
        #expect(records.first?.odometerMetres == 500)
        #expect(records.last?.odometerMetres == 1089 || records.last?.odometerMetres == 1090)
        #expect(zip(records, records.dropFirst()).allSatisfy { $0.odometerMetres <= $1.odometerMetres })
        #expect(pipeline.state.motion == .moving)
    }

    @Test("A refused fix changes nothing but the counters")
    func refused() throws {
        var pipeline = try pipeline()
        _ = pipeline.handle(drive.fix(0))
        let before = pipeline.state
        for wrong in [
            Fix(receivedAt: drive.fix(1).receivedAt, mode: .none), drive.fix(0), drive.fix(1.5, east: 9000),
            drive.fix(3, speed: 99),
        ] {
            let outcome = pipeline.handle(wrong)
            #expect(outcome.record == nil)
            #expect(outcome.clockOffset == nil)
        }
        let after = pipeline.state
        #expect(after.latest == before.latest)
        #expect(after.odometerMetres == before.odometerMetres)
        #expect(after.counters.accepted == 1)
        #expect(after.counters.rejectedByName == ["no-fix": 1, "duplicate": 1, "jump": 1, "too-fast": 1])
    }

    @Test("The time of a receiver without a fix never sets the clock")
    func noFixNoClock() throws {
        var pipeline = try pipeline()
        for second in 0..<10 {
            var fix = drive.fix(Double(second))
            fix.mode = .none
            #expect(pipeline.handle(fix).clockOffset == nil)
        }
        #expect(pipeline.clock.wallTime(at: drive.boot) == nil)
    }

    @Test("A time that cannot be true is recorded with its mark, and never trusted")
    func marked() throws {
        var pipeline = try pipeline(built: "2027-01-01")
        let outcomes = (0..<5).map { pipeline.handle(drive.fix(Double($0), east: Double($0) * 20, speed: 20)) }
        #expect(outcomes[0].record?.time == drive.began)
        #expect(outcomes[0].record?.timeMark == .beforeBuild)
        #expect(outcomes.allSatisfy { $0.clockOffset == nil && $0.events.isEmpty })
        #expect(pipeline.clock.state(at: drive.boot) == .untrusted(.implausibleReading))
    }

    @Test("A fix without a time is recorded without one")
    func timeless() throws {
        var timeless = drive
        timeless.began = nil
        var pipeline = try pipeline()
        let record = try #require(pipeline.handle(timeless.fix(0)).record)
        #expect(record.time == nil)
        #expect(record.timeMark == .missing)
    }

    @Test("A jump is an event with distance and time; a receiver that hops makes one a minute")
    func jumpEvents() throws {
        var pipeline = try pipeline()
        var events: [Event] = []
        for second in 0..<180 {
            let isWild = second % 2 == 1
            events += pipeline.handle(drive.fix(Double(second), north: isWild ? 2000 : 0)).events
        }
        let jumps = events.filter { $0.kind.name == "gps.rejected-jump" }
        #expect(jumps.map { ($0.at - drive.boot).inSeconds } == [1, 61, 121])
        #expect(jumps.first?.kind == .gpsRejectedJump(distanceMetres: 2000, seconds: 1))
        #expect(try jumps.first?.coordinate == drive.coordinate(), "where the cart is, not where the jump went")
        #expect(pipeline.state.counters.rejectedByName["jump"] == 90)
    }

    @Test("A time that does not fit is an event at once, and a step when it alone was read for a minute")
    func step() throws {
        var pipeline = try pipeline()
        var events: [Event] = []
        for second in 0..<80 {
            var fix = drive.fix(Double(second))
            if second >= 10 { fix.time = fix.time.map { $0 + .seconds(3600) } }
            events += pipeline.handle(fix).events
        }
        #expect(
            events.map(\.kind) == [
                .clockTrusted(source: .gps, uncertaintyMilliseconds: 750),
                .clockDoubted(byMilliseconds: 3_600_000, uncertaintyMilliseconds: 3_600_750),
                .clockStepped(byMilliseconds: 3_600_000, source: .gps),
            ]
        )
        #expect(events.map { ($0.at - drive.boot).inSeconds } == [2, 10, 70])
        #expect(events.last?.time == drive.began.map { $0 + .milliseconds(3_670_750) })
    }

    @Test(
        "A time that the cart does not go by is marked in its record, until that alone was read for a minute",
        arguments: [-5000, -3600, 3600, 7200]
    )
    func contradicted(by seconds: Int64) throws {
        var pipeline = try pipeline()
        var marks: [TimeMark] = []
        for second in 0..<90 {
            var fix = drive.fix(Double(second), east: 10 * Double(second), speed: 10)
            if second >= 10 { fix.time = fix.time.map { $0 + .seconds(seconds) } }
            let outcome = pipeline.handle(fix)
            #expect(outcome.record.map { $0.timeMark == outcome.timeMark } ?? true)
            marks.append(outcome.timeMark)
        }
        let first: TimeMark = seconds < 0 ? .backwards : .contradicted
        let contradicted: [TimeMark] = Array(repeating: .contradicted, count: 59)
        #expect(
            marks == Array(repeating: .plausible, count: 10) + [first] + contradicted
                + Array(repeating: .plausible, count: 20)
        )
    }

    @Test("A receiver that goes to and fro from its first report on dates nothing before one of its times is trusted")
    func contradictedFromTheBeginning() throws {
        var pipeline = try pipeline()
        let marks = (0..<8).map { second in
            var fix = drive.fix(Double(second))
            if second % 2 == 1 { fix.time = fix.time.map { $0 + .seconds(7200) } }
            return pipeline.handle(fix).timeMark
        }
        #expect(marks[0] == .plausible, "nothing speaks against the first")
        #expect(marks.dropFirst().allSatisfy { $0 == .contradicted || $0 == .backwards })
    }

    @Test("The time of a fix that is refused as a jump may be the true one, like its place")
    func timeOfAJump() throws {
        var pipeline = try pipeline()
        for second in 0..<5 { _ = pipeline.handle(drive.fix(Double(second))) }
        var fix = drive.fix(5, north: 5000)
        fix.time = fix.time.map { $0 + .seconds(-3600) }
        let outcome = pipeline.handle(fix)
        #expect(outcome.verdict.rejection == .jump)
        #expect(outcome.events.map(\.kind.name) == ["gps.rejected-jump", "clock.doubted"])
        #expect((outcome.clockOffset?.uncertaintyMilliseconds ?? 0) >= 3_600_000)
    }
}
