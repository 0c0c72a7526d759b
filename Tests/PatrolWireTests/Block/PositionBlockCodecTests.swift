import PatrolCore
import PatrolWire
import Testing

@Suite("Blocks of positions")
struct PositionBlockCodecTests {
    private func expectRoundTrip(_ positions: [Recorded<Position>], _ comment: Comment? = nil) throws {
        let decoded = try PositionBlockCodec.decode(try PositionBlockCodec.encode(positions))
        #expect(decoded == positions, comment)
    }

    @Test("Any positions come back as they were", arguments: [1, 2, 3, 119, 120])
    func roundTrip(count: Int) throws {
        for seed in 0..<200 as Range<UInt64> {
            var generator = Generator(seed: seed)
            try expectRoundTrip(try Samples.random(count, using: &generator), "seed \(seed), \(count) positions")
        }
    }

    @Test("The poles, both sides of 180°, and the way across")
    func ends() throws {
        let corners: [(Int32, Int32)] = [
            (900_000_000, 1_800_000_000), (-900_000_000, -1_800_000_000), (0, 0), (1, 1_799_999_999),
            (1, -1_799_999_999), (-1, 1_800_000_000), (0, -1_800_000_000), (900_000_000, 0), (-900_000_000, 1),
        ]
        try expectRoundTrip(Samples.recorded(try corners.map { try Samples.position($0.0, $0.1) }))
    }

    @Test("The course takes the shorter way round, and half a circle is no tie that loses anything")
    func course() throws {
        let courses: [Int32] = [0, 3599, 0, 1800, 0, 1799, 3599, 1, 3598, 1801, 1, 0]
        let positions = try courses.map { course in try Samples.position { $0.courseDecidegrees = course } }
        try expectRoundTrip(Samples.recorded(positions))
    }

    @Test("Missing altitude now and then, everything missing, nothing missing")
    func presence() throws {
        let patterns: [(Int) -> Bool] = [{ _ in false }, { _ in true }, { $0 % 2 == 0 }, { $0 % 7 == 3 }, { $0 > 0 }]
        for isThere in patterns {
            let positions = try (0..<120).map { index in
                try Samples.position(receivedDeciseconds: Int64(index) * 10) { position in
                    position.altitudeDecimetres = isThere(index) ? -4321 : nil
                    position.time = isThere(index + 1) ? WallTime(millisecondsSince1970: Int64(index) * 1000) : nil
                }
            }
            try expectRoundTrip(Samples.recorded(positions))
        }
    }

    @Test("Time that stands still, goes backwards and jumps by 1024 weeks")
    func time() throws {
        let week: Int64 = 7 * 86_400_000
        let times = [0, 0, -1, 5, 1024 * week, 0, -1024 * week].map { 1_795_525_200_000 + $0 }
        let positions = try times.map { time in
            try Samples.position { position in
                position.time = WallTime(millisecondsSince1970: time)
                position.timeMark = .backwards
            }
        }
        try expectRoundTrip(Samples.recorded(positions))
    }

    @Test("The boot time is rounded down to 0.1 s, and the rounding does not add up")
    func rounding() throws {
        let milliseconds = (0..<120).map { Int64($0) * 1037 + 99 }
        let positions = try milliseconds.map { millisecond in
            try Samples.position { $0.receivedAt = Instant(millisecondsSinceBoot: millisecond) }
        }
        let decoded = try PositionBlockCodec.decode(try PositionBlockCodec.encode(Samples.recorded(positions)))
        #expect(decoded.map(\.record.receivedAt.millisecondsSinceBoot) == milliseconds.map { $0 / 100 * 100 })
    }

    @Test("A steady second at a standstill costs next to nothing")
    func standstill() throws {
        let positions = try (0..<120).map { index in
            try Samples.position(receivedDeciseconds: 5000 + Int64(index) * 10) { position in
                position.time = WallTime(millisecondsSince1970: 1_795_525_200_000 + Int64(index) * 1000)
                position.timeMark = .plausible
            }
        }
        let bytes = try PositionBlockCodec.encode(Samples.recorded(positions))
        // Three dense columns of zeros are one byte each; the rest is told once, in 83 bytes.
        #expect(bytes.count < 120 * 3 + 90)
    }

    @Test("What is not one block is refused, and the error names what")
    func refusedToWrite() throws {
        let some = Samples.recorded(try (0..<121).map { _ in try Samples.position() })
        #expect(throws: WireError(field: "count", reason: "is 121; allowed: 1 to 120")) {
            try PositionBlockCodec.encode(some)
        }
        #expect(throws: WireError(field: "count", reason: "is 0; allowed: 1 to 120")) {
            try PositionBlockCodec.encode([])
        }
        #expect(throws: WireError(field: "sequence", reason: "is 1; allowed: more than 1")) {
            try PositionBlockCodec.encode([some[0], some[0]])
        }
        var other = some[1]
        other.boot = BootNumber(rawValue: 2)
        #expect(throws: WireError(field: "boot", reason: "is 2; allowed: 1, the block's boot")) {
            try PositionBlockCodec.encode([some[0], other])
        }
        let fast = try Samples.position { $0.speedCentimetresPerSecond = -1 }
        #expect(throws: WireError(field: "speed_cmps", reason: "is -1; allowed: 0 to 2147483647")) {
            try PositionBlockCodec.encode(Samples.recorded([fast]))
        }
    }

    @Test("A block that was cut or damaged is refused or means something, and never traps")
    func hostile() throws {
        let seed: UInt64 = 7
        var generator = Generator(seed: seed)
        let whole = try PositionBlockCodec.encode(try Samples.random(60, using: &generator))
        var refused = 0
        for length in 0..<whole.count {
            do {
                // A cut between two fields leaves a smaller message, whose missing columns are zeros: gzip's checksum
                // on the air and SQLite's row on the disk tell that it was cut.
                try expectRoundTrip(try PositionBlockCodec.decode(Array(whole[..<length])), "cut at \(length)")
            } catch is WireError {
                refused += 1
            }
        }
        #expect(refused > whole.count * 9 / 10, "\(refused) of \(whole.count) cuts refused")
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] ^=
                    1 << UInt8.random(in: 0...7, using: &generator)
            }
            do {
                let positions = try PositionBlockCodec.decode(bytes)
                #expect((1...120).contains(positions.count), "seed \(seed)")
                // Whatever was read can be written again and means the same.
                try expectRoundTrip(positions, "seed \(seed)")
            } catch {
                refused += 1
            }
        }
        #expect(refused > 0)
    }
}
