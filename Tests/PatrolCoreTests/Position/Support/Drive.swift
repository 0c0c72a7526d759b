import PatrolCore
import Testing

/// Makes fixes of a cart on a plane around a place: metres east and north, seconds since the first fix.
struct Drive {
    /// Where 0 m east, 0 m north lies. The default is a village near Xipeng.
    var latitude = 29.3
    var longitude = 106.3
    /// UTC of second 0; `nil` for a receiver without a time.
    var began: WallTime? = WallTime(millisecondsSince1970: 1_795_525_200_000)
    /// The boot clock at second 0.
    var boot = Instant(millisecondsSinceBoot: 30_000)
    /// How much faster than recorded the fixes arrive.
    var speedUp = 1.0
    /// The reported error in metres.
    var error: Double? = 10

    func fix(_ seconds: Double, east: Double = 0, north: Double = 0, speed: Double? = nil) -> Fix {
        let metresPerDegree = 6_371_008.8 * Double.pi / 180
        var fix = Fix(
            receivedAt: boot + .milliseconds(Int64((seconds / speedUp * 1000).rounded())),
            mode: .threeDimensional
        )
        fix.time = began.map { $0 + .milliseconds(Int64((seconds * 1000).rounded())) }
        fix.latitude = latitude + north / metresPerDegree
        let longitude = longitude + east / metresPerDegree / cosineOfLatitude
        fix.longitude = longitude > 180 ? longitude - 360 : longitude < -180 ? longitude + 360 : longitude
        fix.speed = speed
        fix.horizontalError = error
        return fix
    }

    func coordinate(east: Double = 0, north: Double = 0) throws -> Coordinate {
        try #require(Coordinate(fix(0, east: east, north: north)))
    }

    private var cosineOfLatitude: Double {
        // By the distance function itself, so that 100 m here are 100 m there.
        let degree = Coordinate(latitude: latitude, longitude: 0).flatMap { west in
            Coordinate(latitude: latitude, longitude: 1).map { west.distanceInMetres(to: $0) }
        }
        return (degree ?? 0) / (6_371_008.8 * Double.pi / 180)
    }
}

extension Coordinate {
    /// Where a fix is; `nil` if it does not say.
    init?(_ fix: Fix) {
        guard let latitude = fix.latitude, let longitude = fix.longitude else { return nil }
        self.init(latitude: latitude, longitude: longitude)
    }
}

/// Reads RFC 3339 where a test cannot go on without it.
func utc(_ text: String) throws -> WallTime {
    try #require(WallTime(iso8601: text), "\(text)")
}

/// A seeded generator (SplitMix64), so that a failing run can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// About normally distributed around 0: the sum of twelve uniform numbers, less 6.
    mutating func noise(_ deviation: Double) -> Double {
        let sum = (0..<12).reduce(0.0) { sum, _ in sum + Double.random(in: 0..<1, using: &self) }
        return (sum - 6) * deviation
    }
}
