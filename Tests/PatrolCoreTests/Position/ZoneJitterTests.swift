import Foundation
import PatrolCore
import Testing

@Suite("Zones and noise")
struct ZoneJitterTests {
    /// What an hour of fixes around a place so many metres outside a border brings.
    private func hour(
        at metres: Double,
        error: Double?,
        noise: (inout SeededGenerator) -> (east: Double, north: Double),
        seed: UInt64
    ) throws -> (entered: Int, left: Int) {
        let drive = Drive()
        var random = SeededGenerator(seed: seed)
        var tracker = ZoneTracker(zones: [try drive.zone("a", east: -500...0, north: -500...500)])
        var count = (entered: 0, left: 0)
        for second in 0..<3600 {
            let (east, north) = noise(&random)
            let actions = tracker.handle(
                try drive.coordinate(east: metres + east, north: north),
                errorMetres: error,
                at: drive.boot + .seconds(second)
            )
            for action in actions {
                switch action {
                case .entered: count.entered += 1
                case .left: count.left += 1
                }
            }
        }
        return count
    }

    @Test(
        "Jitter of ±10 m, wherever the cart stands: at most one enter and one leave an hour",
        arguments: UInt64(1)...3
    )
    func bounded(seed: UInt64) throws {
        for error in [0, 3, 10, 20, nil] as [Double?] {
            for metres in stride(from: -15.0, through: 60, by: 5) {
                let count = try hour(
                    at: metres,
                    error: error,
                    noise: { (.random(in: -10...10, using: &$0), .random(in: -10...10, using: &$0)) },
                    seed: seed
                )
                #expect(count.entered <= 1 && count.left <= 1, "seed \(seed), \(metres) m, ±\(error ?? 20): \(count)")
            }
        }
    }

    @Test("An error that is reported now small, now large, moves nothing to and fro")
    func changingError() throws {
        let drive = Drive()
        var tracker = ZoneTracker(zones: [try drive.zone("a", east: -500...0, north: -500...500)])
        var random = SeededGenerator(seed: 7)
        for metres in stride(from: -5.0, through: 100, by: 2.5) {
            var actions = 0
            for second in 0..<600 {
                actions +=
                    tracker.handle(
                        try drive.coordinate(east: metres),
                        errorMetres: .random(in: 0...60, using: &random),
                        at: drive.boot + .seconds(second)
                    ).count
            }
            #expect(actions <= 1, "\(metres) m")
        }
    }

    @Test(
        "A receiver that wanders with a deviation of 10 m, parked on the border: one enter, no leave",
        arguments: UInt64(1)...5
    )
    func wandering(seed: UInt64) throws {
        // A Gauss–Markov process of 45 s, 10 m to each side; 24.5 m is its true 95 % radius.
        var (east, north) = (0.0, 0.0)
        let keep = exp(-1.0 / 45)
        let deviation = 10 * (1 - keep * keep).squareRoot()
        let count = try hour(
            at: 0,
            error: 24.5,
            noise: { random in
                east = east * keep + random.noise(deviation)
                north = north * keep + random.noise(deviation)
                return (east, north)
            },
            seed: seed
        )
        #expect(count == (1, 0), "seed \(seed)")
    }

    @Test("Random walks among random zones, against a reference without any short cut", arguments: UInt64(1)...6)
    func randomWalk(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var drive = Drive()
        if seed.isMultiple(of: 2) { (drive.latitude, drive.longitude) = (-16.8, 179.999) }
        let rectangles = (0..<12).map { _ in Reference.random(using: &random) }
        let zones = try rectangles.enumerated().map { try drive.zone("\($0)", east: $1.east, north: $1.north) }
        var tracker = ZoneTracker(zones: zones)
        var reference = rectangles
        var (east, north, seconds) = (0.0, 0.0, 0.0)
        var changes = 0
        for _ in 0..<3000 {
            let before = (east, north)
            let step = [5.0, 60.0, 250.0][Int.random(in: 0..<3, using: &random)]
            east = min(400, max(-400, east + Double.random(in: -step...step, using: &random)))
            north = min(400, max(-400, north + Double.random(in: -step...step, using: &random)))
            let gap = Double.random(in: 0...1, using: &random) < 0.05 ? 11.0 : 1
            seconds += gap
            let error = Double.random(in: 0...25, using: &random)
            let actions = tracker.handle(
                try drive.coordinate(east: east, north: north),
                errorMetres: error,
                at: drive.boot + .seconds(Int64(seconds))
            )
            changes += actions.count
            let isWayKnown = gap <= 10 && seconds > gap
            for index in reference.indices {
                let expected = reference[index].take((east, north), from: isWayKnown ? before : nil, error: error)
                let got = actions.compactMap { action -> Bool? in
                    switch action {
                    case .entered("\(index)"): true
                    case .left("\(index)"): false
                    case .entered, .left: nil
                    }
                }
                #expect(got == expected, "seed \(seed), zone \(index) at \(seconds) s")
                guard got == expected else { return }
            }
            #expect(tracker.current == Set(reference.indices.filter { reference[$0].isIn }.map { "\($0)" }))
        }
        #expect(changes > 200, "seed \(seed): the walk is too tame")
    }

    /// The rule once more, on a plane and for one upright rectangle.
    private struct Reference {
        let east: ClosedRange<Double>
        let north: ClosedRange<Double>
        var isIn = false
        private var doubts = 0

        init(east: ClosedRange<Double>, north: ClosedRange<Double>) {
            self.east = east
            self.north = north
        }

        static func random(using random: inout SeededGenerator) -> Reference {
            func side() -> ClosedRange<Double> {
                let start = Double.random(in: -300...300, using: &random)
                return start...(start + Double.random(in: 2...100, using: &random))
            }
            return Reference(east: side(), north: side())
        }

        private func metres(_ point: (Double, Double)) -> Double {
            hypot(
                max(east.lowerBound - point.0, point.0 - east.upperBound, 0),
                max(north.lowerBound - point.1, point.1 - north.upperBound, 0)
            )
        }

        /// - Returns: true for an enter, false for a leave.
        mutating func take(_ point: (Double, Double), from before: (Double, Double)?, error: Double) -> [Bool] {
            let metres = metres(point)
            let isFar = metres > max(40, 3 * error)
            if isIn {
                doubts = isFar ? doubts + 1 : 0
                guard doubts == 2 else { return [] }
                (isIn, doubts) = (false, 0)
                return [false]
            }
            if metres <= min(10, error) {
                isIn = true
                return [true]
            }
            guard let before, crosses(before, point) else { return [] }
            isIn = !isFar
            return isFar ? [true, false] : [true]
        }

        /// By the parts of the way that lie between the rectangle's sides (Liang and Barsky's clipping).
        private func crosses(_ a: (Double, Double), _ b: (Double, Double)) -> Bool {
            var (first, last) = (0.0, 1.0)
            for (start, step, side) in [(a.0, b.0 - a.0, east), (a.1, b.1 - a.1, north)] {
                let ends = [(side.lowerBound - start) / step, (side.upperBound - start) / step].sorted()
                first = max(first, ends[0])
                last = min(last, ends[1])
            }
            return first <= last
        }
    }
}
