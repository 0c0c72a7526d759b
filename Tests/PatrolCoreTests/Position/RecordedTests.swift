import PatrolCore
import Testing

@Suite("Recordings of real receivers", .enabled(if: TestData.isThere, TestData.isMissing))
struct RecordedTests {
    /// Before all of the recordings, so that their times are judged as live ones would be.
    private static let built = "2002-01-01"

    private func run(_ fixes: [Fix]) throws -> (pipeline: PositionPipeline, outcomes: [PositionPipeline.Outcome]) {
        var settings = PositionPipeline.Settings(buildDate: try utc(Self.built))
        settings.sampling.moving = .zero
        settings.sampling.parked = .zero
        var pipeline = PositionPipeline(settings: settings, odometerMetres: 0)
        let outcomes = fixes.map { pipeline.handle($0) }
        return (pipeline, outcomes)
    }

    private func length(of fixes: [Fix]) -> Double {
        let places = fixes.compactMap(Coordinate.init)
        return zip(places, places.dropFirst()).reduce(0) { $0 + $1.0.distanceInMetres(to: $1.1) }
    }

    @Test(
        "The odometer is within 1 % of a track's length, whether errors are reported or not",
        arguments: [("drive-37km-1hz", nil), ("drive-37km-1hz", 4), ("drive-37km-1hz", 20), ("ride-10km-1hz", nil)]
            as [(String, Double?)]
    )
    func trackLength(name: String, error: Double?) throws {
        let fixes = try TestData.track(name, error: error)
        let (pipeline, _) = try run(fixes)
        let length = length(of: fixes)
        let metres = Double(pipeline.state.odometerMetres)
        print("\(name), error \(error.map { "\($0) m" } ?? "not reported"): \(metres) of \(length) m")
        #expect(abs(metres - length) < length / 100)
    }

    @Test("A drive replayed faster gives the same odometer", arguments: [10, 1000])
    func replayedTrack(speedUp: Int) throws {
        let fixes = try TestData.track("drive-37km-1hz")
        let fast = fixes.map { fix in
            var fix = fix
            fix.receivedAt = Instant(nanosecondsSinceBoot: fix.receivedAt.nanosecondsSinceBoot / Int64(speedUp))
            return fix
        }
        #expect(try run(fast).pipeline.state.odometerMetres == run(fixes).pipeline.state.odometerMetres)
        #expect(try run(fast).outcomes.allSatisfy { $0.clockOffset == nil }, "a replay sets no clock")
    }

    @Test("In a drive nothing is refused but repeated points, and the clock is trusted")
    func driveVerdicts() throws {
        let (pipeline, outcomes) = try run(TestData.track("drive-37km-1hz"))
        #expect(Set(pipeline.state.counters.rejectedByName.keys).isSubset(of: ["duplicate"]))
        #expect(outcomes.compactMap(\.clockOffset).count == 1)
    }

    /// What is refused in each log.
    static let logs: [(name: String, rejected: [String: Int64])] = [
        ("ais-nmea", ["duplicate": 3, "no-position": 1]), ("bu303-moving", [:]), ("bu303-nofix", ["no-fix": 7]),
        ("bu353-glonass", ["no-fix": 9, "no-position": 2]), ("garmin17n", ["duplicate": 4]),
        ("gp-320fw-2019-04-06-overflow", ["duplicate": 6]), ("haicom-305N", ["duplicate": 67, "no-fix": 8]),
        ("humminbird-M37", [:]), ("magellan-ec10", ["no-fix": 17]), ("nmea-fuzzy-cases", [:]),
        ("telit-he910", ["no-fix": 111]), ("ublox-8", ["duplicate": 4]),
    ]

    @Test("What is refused of a log, live and replayed within a moment, and why", arguments: logs, [1.0, 0.001])
    func logVerdicts(log: (name: String, rejected: [String: Int64]), spacing: Double) throws {
        let fixes = try TestData.reports(log.name, spacing: spacing)
        let (pipeline, outcomes) = try run(fixes)
        let counters = pipeline.state.counters
        print(
            "\(log.name) at \(spacing) s: \(fixes.count) reports, \(counters.accepted) accepted,",
            counters.rejectedByName.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        )
        var expected = log.rejected
        // Two reports of this one have no time and equal the ones before them: a second apart that is a parked
        // receiver, a millisecond apart it is the same report.
        if log.name == "telit-he910", spacing < 0.5 { expected["duplicate"] = 2 }
        #expect(counters.rejectedByName == expected)
        #expect(counters.accepted == outcomes.count { $0.record != nil })
        #expect(counters.accepted + counters.rejected.values.reduce(0, +) == fixes.count)
    }

    @Test(
        "A parked receiver stays parked",
        arguments: ["ublox-8", "ais-nmea", "gp-320fw-2019-04-06-overflow", "telit-he910"]
    )
    func parked(log: String) throws {
        for spacing in [1.0, 0.001] {
            let (pipeline, _) = try run(TestData.reports(log, spacing: spacing))
            #expect(pipeline.state.motion == .parked)
            #expect(pipeline.state.odometerMetres == 0)
        }
    }

    @Test("A boat that makes 2.7 m/s is seen to move, and its 85 m are counted")
    func boat() throws {
        let (pipeline, _) = try run(TestData.reports("humminbird-M37", spacing: 1))
        #expect(pipeline.state.motion == .moving)
        #expect((75...90).contains(pipeline.state.odometerMetres))
    }
}
