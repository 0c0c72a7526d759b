import PatrolCore
import Testing

@Suite("Moving or parked")
struct MotionDetectorTests {
    /// A detector that is fed, and when its motion changed.
    private struct Bench {
        var drive = Drive()
        var detector = MotionDetector()
        var changes: [(seconds: Double, motion: Motion)] = []

        mutating func feed(_ seconds: Double, east: Double = 0, north: Double = 0, speed: Double? = nil) throws {
            let fix = drive.fix(seconds, east: east, north: north, speed: speed)
            let coordinate = try #require(Coordinate(fix))
            if let change = detector.handle(fix, at: coordinate, relocated: false) {
                changes.append((seconds, change == .stopped ? .parked : .moving))
            }
        }
    }

    private func bench(error: Double? = 10, speedUp: Double = 1) -> Bench {
        var drive = Drive()
        drive.error = error
        drive.speedUp = speedUp
        return Bench(drive: drive)
    }

    @Test("A cart is parked until it is seen to move")
    func beginning() throws {
        var bench = bench()
        #expect(bench.detector.motion == .parked)
        try bench.feed(0)
        #expect(bench.detector.motion == .parked)
    }

    @Test("Driving off is seen within 3 s with a speed, and within 10 s without one", arguments: [true, false])
    func drivesOff(hasSpeed: Bool) throws {
        var bench = bench()
        for second in 0...30 {
            let metres = 5 * Double(max(0, second - 10))
            try bench.feed(Double(second), east: metres, speed: hasSpeed ? (second > 10 ? 5 : 0.1) : nil)
        }
        #expect(bench.changes.map(\.motion) == [.moving])
        let seen = try #require(bench.changes.first).seconds - 10
        #expect(seen <= (hasSpeed ? 3 : 10), "seen after \(seen) s")
    }

    @Test("A cart that is pushed by hand at 0.3 m/s moves, whatever the error", arguments: [nil, 3, 10, 20, 40])
    func pushed(error: Double?) throws {
        var bench = bench(error: error)
        var generator = SeededGenerator(seed: 7)
        for second in 0...400 {
            try bench.feed(
                Double(second),
                east: generator.noise(1),
                north: 0.3 * Double(second) + generator.noise(1),
                speed: 0.3
            )
        }
        let seen = try #require(bench.changes.first).seconds
        #expect(seen < 200, "seen after \(seen) s")
        // Within half an error of 40 m the cart stays for longer than the dwell time: nobody could tell.
        if (error ?? 20) <= 20 { #expect(bench.changes.count == 1, "and keeps moving") }
    }

    @Test("A parked receiver's jitter, wandering and noisy speed are no drive", arguments: UInt64(1)...10)
    func jitter(seed: UInt64) throws {
        var bench = bench(error: 15)
        var generator = SeededGenerator(seed: seed)
        var (east, north) = (0.0, 0.0)
        for second in 0..<7200 {
            // White noise of 1 m on a slow wander of some 5 m, and speeds up to 1 m/s: a usual night under trees.
            east = east * 0.999 + generator.noise(0.2)
            north = north * 0.999 + generator.noise(0.2)
            try bench.feed(
                Double(second),
                east: east + generator.noise(1),
                north: north + generator.noise(1),
                speed: Double.random(in: 0...1, using: &generator)
            )
        }
        #expect(bench.changes.isEmpty, "seed \(seed): \(bench.changes)")
    }

    @Test("Speed alone, without getting anywhere, is no drive")
    func speedOnly() throws {
        var bench = bench()
        for second in 0..<600 { try bench.feed(Double(second), speed: 1) }
        for second in 600..<1200 { try bench.feed(Double(second), east: Double(second % 2), speed: 3) }
        #expect(bench.changes.isEmpty)
    }

    @Test("One wild fix, or one wild second, is no drive")
    func wildFix() throws {
        var bench = bench()
        for second in 0..<120 {
            try bench.feed(Double(second), east: second % 20 == 10 ? 100 : 0, speed: second % 20 == 11 ? 30 : 0)
        }
        #expect(bench.changes.isEmpty)
    }

    @Test("A cart that stops is parked after the dwell time, and not at a traffic light", arguments: [nil, 0, 0.7])
    func stops(speedAtRest: Double?) throws {
        var bench = bench()
        var metres = 0.0
        for second in 0..<400 {
            // Drives, stands 20 s at a light from 100 on, drives, and stands for good from 200 on.
            let drives = second < 100 || (120..<200).contains(second)
            if drives { metres += 6 }
            try bench.feed(Double(second), north: metres, speed: drives ? 6 : speedAtRest)
        }
        #expect(bench.changes.map(\.motion) == [.moving, .parked])
        let parked = try #require(bench.changes.last).seconds
        #expect((258...262).contains(parked), "parked at \(parked)")
    }

    @Test("A cart that circles in a yard keeps moving")
    func circles() throws {
        var bench = bench()
        for second in 0..<20 { try bench.feed(Double(second), east: Double(second) * 3, speed: 3) }
        for second in 20..<300 {
            // 3 m/s along a square with sides of 6 m.
            let corner = [(0.0, 0.0), (3, 0), (6, 0), (6, 3), (6, 6), (3, 6), (0, 6), (0, 3)][second % 8]
            try bench.feed(Double(second), east: 60 + corner.0, north: corner.1, speed: 3)
        }
        #expect(bench.changes.map(\.motion) == [.moving])
    }

    @Test("A cart that comes out of a tunnel elsewhere has moved; one that comes back online where it was has not")
    func gap() throws {
        var elsewhere = bench()
        for second in 0..<10 { try elsewhere.feed(Double(second)) }
        for second in 610..<615 { try elsewhere.feed(Double(second), east: 2000) }
        #expect(elsewhere.changes.map(\.motion) == [.moving])

        var same = bench()
        for second in 0..<20 { try same.feed(Double(second), east: Double(second) * 5, speed: 5) }
        for second in 620..<625 { try same.feed(Double(second), east: 95, speed: 0) }
        #expect(same.changes.map(\.motion) == [.moving, .parked])
    }

    @Test("A replay gives the same changes at the same fixes as the drive itself", arguments: [10.0, 1000, 1_000_000])
    func replay(speedUp: Double) throws {
        func run(_ bench: inout Bench) throws -> [Double] {
            for second in 0..<300 {
                let metres = 6 * Double(min(max(0, second - 50), 100))
                try bench.feed(Double(second), east: metres, speed: (50..<150).contains(second) ? 6 : 0)
            }
            return bench.changes.map(\.seconds)
        }
        var real = bench()
        var fast = bench(speedUp: speedUp)
        #expect(try run(&real) == run(&fast))
        #expect(real.changes.count == 2)
    }

    @Test("Without any time the boot clock counts")
    func noTimes() throws {
        var bench = bench()
        bench.drive.began = nil
        for second in 0..<300 { try bench.feed(Double(second), east: 6 * Double(min(second, 100))) }
        #expect(bench.changes.map(\.motion) == [.moving, .parked])
    }

    @Test("A relocation is no motion")
    func relocation() throws {
        var detector = MotionDetector()
        let drive = Drive()
        for second in 0..<10 {
            #expect(detector.handle(drive.fix(Double(second)), at: try drive.coordinate(), relocated: false) == nil)
        }
        for second in 10..<20 {
            let fix = drive.fix(Double(second), east: 1000)
            let change = detector.handle(fix, at: try drive.coordinate(east: 1000), relocated: second == 10)
            #expect(change == nil)
        }
        #expect(detector.motion == .parked)
    }

    @Test("The seam of the globe is nothing special")
    func antimeridian() throws {
        var bench = bench()
        bench.drive.latitude = -16.8
        bench.drive.longitude = 180
        for second in 0..<600 { try bench.feed(Double(second), east: second.isMultiple(of: 2) ? 3 : -3, speed: 0.5) }
        #expect(bench.changes.isEmpty)
        for second in 600..<630 { try bench.feed(Double(second), east: -3 + 5 * Double(second - 600), speed: 5) }
        #expect(bench.changes.map(\.motion) == [.moving])
    }
}
