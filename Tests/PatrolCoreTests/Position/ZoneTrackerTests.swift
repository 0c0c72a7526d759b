import PatrolCore
import Testing

@Suite("Entering and leaving zones")
struct ZoneTrackerTests {
    private let drive = Drive()

    /// Feeds fixes on the plane of a drive and keeps what came of them.
    private struct Bench {
        var drive = Drive()
        var tracker: ZoneTracker
        /// "+id" and "-id".
        var log: [String] = []

        init(_ zones: [Zone], drive: Drive = Drive()) {
            self.drive = drive
            tracker = ZoneTracker(zones: zones)
        }

        /// - Returns: what this fix brought.
        @discardableResult
        mutating func fix(
            _ second: Double,
            _ east: Double,
            _ north: Double = 0,
            error: Double? = 5,
            relocated: Bool = false
        ) throws -> [String] {
            let before = tracker.current
            let actions = tracker.handle(
                try drive.coordinate(east: east, north: north),
                errorMetres: error,
                relocated: relocated,
                at: drive.boot + .milliseconds(Int64(second * 1000))
            )
            var current = before
            let words = actions.map { action in
                switch action {
                case .entered(let id):
                    #expect(current.insert(id).inserted, "entered \(id) twice")
                    return "+\(id)"
                case .left(let id):
                    #expect(current.remove(id) != nil, "left \(id), which it was not in")
                    return "-\(id)"
                }
            }
            #expect(tracker.current == current)
            log += words
            return words
        }
    }

    /// A school of 60 m by 60 m, east 0...60.
    private func school(_ drive: Drive = Drive()) throws -> Zone {
        try drive.zone("school", east: 0...60, north: -30...30)
    }

    @Test("Without zones nothing happens")
    func noZones() throws {
        var bench = Bench([])
        for second in 0..<10 { try bench.fix(Double(second), Double(second) * 10) }
        #expect(bench.log.isEmpty)
    }

    @Test(
        "How near a first fix must be to be in it",
        arguments: [
            (5.0, -4.9, true), (5, -5.2, false), (0, -0.2, false), (0, 0.2, true), (10, -9.9, true), (10, -10.2, false),
            (900, -9.9, true), (900, -10.2, false), (nil, -9.9, true), (nil, -10.2, false), (-3, -9.9, true),
            (.nan, -9.9, true), (.infinity, -9.9, true),
        ] as [(Double?, Double, Bool)]
    )
    func entering(error: Double?, east: Double, isIn: Bool) throws {
        var bench = Bench([try school()])
        #expect(try bench.fix(0, east, error: error) == (isIn ? ["+school"] : []))
    }

    @Test(
        "How far it must be twice in a row to be out of it",
        arguments: [
            (5.0, -39.8, false), (5, -40.2, true), (13, -39.8, false), (13, -40.2, true), (50, -149.5, false),
            (50, -150.5, true), (nil, -59.8, false), (nil, -60.2, true), (.infinity, -900, false),
        ] as [(Double?, Double, Bool)]
    )
    func leaving(error: Double?, east: Double, isOut: Bool) throws {
        var bench = Bench([try school()])
        try bench.fix(0, 30)
        #expect(try bench.fix(1, east, error: error) == [])
        #expect(try bench.fix(2, east, error: error) == (isOut ? ["-school"] : []))
        for second in 3..<20 { try bench.fix(Double(second), east, error: error) }
        #expect(bench.log == (isOut ? ["+school", "-school"] : ["+school"]))
    }

    @Test("One wild fix, even a far one, ends nothing; two that are not in a row neither")
    func wildFix() throws {
        var bench = Bench([try school()])
        for second in 0..<100 { try bench.fix(Double(second), second.isMultiple(of: 2) ? 30 : 130) }
        #expect(bench.log == ["+school"])
    }

    @Test("A cart at 30 km/h notices a zone of 60 m, in at the border, out 40 m beyond", arguments: [0.0, 2, 4, 6, 8])
    func driveThrough(offset: Double) throws {
        var bench = Bench([try school()])
        var entered: Double?
        var left: Double?
        for second in 0..<40 {
            let east = -150 + offset + 8.33 * Double(second)
            let words = try bench.fix(Double(second), east)
            if words == ["+school"] { entered = east }
            if words == ["-school"] { left = east }
        }
        #expect(bench.log == ["+school", "-school"])
        #expect((-5.1...3.4).contains(try #require(entered)))
        #expect((108.2...116.8).contains(try #require(left)))
    }

    @Test("Without fixes nothing changes; after the gap two fixes are needed as ever")
    func gap() throws {
        var bench = Bench([try school()])
        try bench.fix(0, 30)
        #expect(try bench.fix(3600, 5000) == [])
        #expect(bench.tracker.current == ["school"])
        #expect(try bench.fix(3601, 5000) == ["-school"])
    }

    @Test("A relocation decides by itself, like a first fix")
    func relocation() throws {
        let village = try drive.zone("village", east: 4950...5050, north: -50...50)
        var bench = Bench([village, try school()])
        try bench.fix(0, 30)
        #expect(try bench.fix(1, 5000, relocated: true) == ["-school", "+village"])
        // Not far enough to be surely out: stays in.
        #expect(try bench.fix(2, 5070, relocated: true) == [])
        // No way leads from the wrong place to this one, so nothing on it was crossed.
        #expect(try bench.fix(3, -200, relocated: true) == ["-village"])
    }

    @Test("A zone between two fixes was driven through, if they are at most 10 s apart")
    func crossing() throws {
        let thin = try drive.zone("thin", east: 0...4, north: -30...30)
        func log(seconds: Double, to east: Double, north: Double = 0) throws -> [String] {
            var bench = Bench([thin])
            try bench.fix(100, -60, north)
            return try bench.fix(100 + seconds, east, north)
        }
        #expect(try log(seconds: 10, to: 60) == ["+thin", "-thin"])
        #expect(try log(seconds: 10.001, to: 60) == [])
        #expect(try log(seconds: -0.1, to: 60) == [], "the clock of the fixes does not go back")
        // 20 m beyond: in, and out only by the usual rule.
        #expect(try log(seconds: 5, to: 24) == ["+thin"])
        #expect(try log(seconds: 5, to: -20) == [])
        #expect(try log(seconds: 5, to: 60, north: 31) == [], "it passes beside it")
        #expect(try log(seconds: 5, to: 60, north: 30) == ["+thin", "-thin"], "along its border")
    }

    @Test("What was driven through is told in the order of the way")
    func order() throws {
        let zones = try [
            ("d", 70.0...130.0), ("b", 30...50), ("a", 10...40), ("c", 45...55), ("start", -400 ... -90),
        ].map { try drive.zone($0.0, east: $0.1, north: -30...30) }
        var bench = Bench(zones)
        #expect(try bench.fix(0, -100) == ["+start"])
        #expect(try bench.fix(1, -45) == [])
        #expect(try bench.fix(8, 100) == ["-start", "+a", "+b", "-a", "+c", "-b", "-c", "+d"])
        // And all the way back.
        #expect(try bench.fix(12, 99) == [])
        #expect(try bench.fix(20, -45) == ["+c", "+b", "-c", "+a", "-b", "-a"])
        #expect(try bench.fix(21, -45) == ["-d"])
    }

    @Test("A way through the hole of a zone enters it; a cart in the hole is outside")
    func hole() throws {
        let ring = try drive.zone(
            "ring",
            Drive.rectangle(east: -200...200, north: -200...200),
            Drive.rectangle(east: -150...150, north: -150...150)
        )
        var bench = Bench([ring])
        #expect(try bench.fix(0, 0) == [])
        #expect(try bench.fix(1, 100) == [])
        #expect(try bench.fix(2, 146) == ["+ring"])
        #expect(try bench.fix(3, 100) == [])
        #expect(try bench.fix(4, 90) == ["-ring"])
        #expect(try bench.fix(9, 400) == ["+ring", "-ring"])
    }

    @Test("Two zones that overlap are two")
    func overlap() throws {
        let zones = [
            try drive.zone("west", east: -300...50, north: -50...50),
            try drive.zone("east", east: -50...300, north: -50...50),
        ]
        var bench = Bench(zones)
        for second in 0...80 { try bench.fix(Double(second), -400 + Double(second) * 10) }
        #expect(bench.log == ["+west", "+east", "-west", "-east"])
    }

    @Test(
        "The same at the seams of the globe",
        arguments: [(-33.9, 151.2), (-54.8, -68.3), (0.000_01, 179.999_8), (-16.8, -179.999_8), (84, 180), (-84, 0)]
    )
    func globe(latitude: Double, longitude: Double) throws {
        var there = Drive()
        (there.latitude, there.longitude) = (latitude, longitude)
        let thin = try there.zone("thin", east: 150...154, north: -30...30)
        var bench = Bench([try school(there), thin], drive: there)
        for second in 0...40 { try bench.fix(Double(second), -150 + 8.33 * Double(second)) }
        #expect(bench.log == ["+school", "-school", "+thin"])
        #expect(try bench.fix(45, 150) == [])
        #expect(try bench.fix(50, 300) == [])
        #expect(try bench.fix(55, 0) == ["-thin", "+school"])
        #expect(bench.tracker.current == ["school"])
    }
}
