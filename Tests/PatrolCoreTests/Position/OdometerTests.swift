import PatrolCore
import Testing

@Suite("The odometer")
struct OdometerTests {
    /// Filter, detector and odometer as they work together.
    private struct Bench {
        var drive = Drive()
        var pipeline = PositionPipeline(
            settings: .init(buildDate: WallTime(millisecondsSince1970: 1_795_000_000_000)),
            odometerMetres: 0
        )

        mutating func feed(_ seconds: Double, east: Double = 0, north: Double = 0, speed: Double? = nil) {
            _ = pipeline.handle(drive.fix(seconds, east: east, north: north, speed: speed))
        }

        var metres: Int64 { pipeline.state.odometerMetres }
    }

    @Test("A drive counts its length, from where the cart was parked", arguments: [1.2, 5, 15, 28])
    func straight(speed: Double) {
        var bench = Bench()
        for second in 0..<100 { bench.feed(Double(second), speed: 0) }
        for second in 100...400 { bench.feed(Double(second), east: speed * Double(second - 100), speed: speed) }
        let length = speed * 300
        #expect(abs(Double(bench.metres) - length) <= max(6, length / 1000), "\(bench.metres) of \(length) m")
    }

    @Test("A night of jitter turns it by nothing", arguments: UInt64(1)...5)
    func parked(seed: UInt64) {
        var bench = Bench()
        var generator = SeededGenerator(seed: seed)
        for second in 0..<7200 {
            bench.feed(
                Double(second),
                east: generator.noise(2),
                north: generator.noise(2),
                speed: Double.random(in: 0...1, using: &generator)
            )
        }
        #expect(bench.metres == 0, "seed \(seed)")
    }

    @Test("Noise on a drive with stops at lights adds less than 1 %", arguments: UInt64(1)...5)
    func noisy(seed: UInt64) {
        var bench = Bench()
        var generator = SeededGenerator(seed: seed)
        var metres = 0.0
        var (east, north) = (0.0, 0.0)
        for second in 0..<1800 {
            let drives = second % 90 < 65
            if drives { metres += 7 }
            // A receiver's error is mostly the same from one second to the next.
            east = east * 0.98 + generator.noise(0.3)
            north = north * 0.98 + generator.noise(0.3)
            bench.feed(Double(second), east: metres + east, north: north, speed: drives ? 7 : 0.2)
        }
        let excess = (Double(bench.metres) - metres) / metres
        #expect(abs(excess) < 0.01, "seed \(seed): \(bench.metres) of \(metres) m")
    }

    @Test("A gap counts as the straight line, up to 10 km", arguments: [(300.0, 300), (9_000, 9_000), (11_000, 0)])
    func gap(metres: Double, counted: Int64) {
        for parkedBefore in [true, false] {
            var bench = Bench()
            let start = parkedBefore ? 0.0 : 100.0
            for second in 0...20 { bench.feed(Double(second), east: start / 20 * Double(second), speed: nil) }
            for second in 1020...1025 { bench.feed(Double(second), east: start + metres) }
            let expected = counted + Int64(start)
            #expect(abs(bench.metres - expected) <= 1, "\(bench.metres) m instead of \(expected)")
        }
    }

    @Test("What nothing can have driven is not counted: a wrong first fix, a wrong place on the way")
    func relocation() {
        var bench = Bench()
        bench.feed(0, east: -1900)
        for second in 1...20 { bench.feed(Double(second), east: 5 * Double(second), speed: 5) }
        // Accepted again at the third fix, at 15 m; from there on it counts.
        #expect((80...85).contains(bench.metres), "\(bench.metres) m")
        for second in 21...40 { bench.feed(Double(second), east: 5 * Double(second), north: 5000, speed: 5) }
        #expect((160...170).contains(bench.metres), "\(bench.metres) m")
    }

    @Test("It goes on from where the journal left it; nonsense does not trap it")
    func startsFromJournal() {
        #expect(Odometer(metres: 123_456).wholeMetres == 123_456)
        #expect(Odometer(metres: -5).wholeMetres == 0)
        #expect(Odometer(metres: .max).wholeMetres == 1 << 53)
    }

    @Test("Whole metres are rounded down, the rest is kept")
    func fractions() throws {
        var odometer = Odometer(metres: 7)
        let drive = Drive()
        for step in 0...10 {
            odometer.handle(
                try drive.coordinate(east: 6.96 * Double(step)),
                motion: .moving,
                change: step == 0 ? .started(from: try drive.coordinate()) : nil,
                relocated: false
            )
        }
        #expect(odometer.wholeMetres == 76)
    }
}
