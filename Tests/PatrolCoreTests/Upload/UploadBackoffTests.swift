import Testing

@testable import PatrolCore

@Suite("Backoff and jitter")
struct UploadBackoffTests {
    private let settings = UploadSettings()

    @Test(
        "The upper end doubles from 2 s to 5 min and stays there",
        arguments: [
            (Int.min, 2), (-1, 2), (0, 2), (1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 64), (7, 128), (8, 256),
            (9, 300), (10, 300), (40, 300), (41, 300), (42, 300), (1_000_000, 300), (Int.max, 300),
        ]
    )
    func upperEnd(failures: Int, seconds: Int) {
        let end = UploadBackoff.upperEnd(failures: failures, base: .seconds(2), cap: .seconds(300))
        #expect(end == .seconds(seconds))
    }

    @Test("A base that cannot be doubled any more ends at the cap")
    func hugeBase() {
        let base = Duration.nanoseconds(Int64.max)
        #expect(UploadBackoff.upperEnd(failures: 2, base: base, cap: .seconds(300)) == .seconds(300))
    }

    @Test("The delay lies between half and all of the upper end, and reaches both halves of that", arguments: 1...12)
    func jitter(failures: Int) {
        var generator = SplitMix64(seed: UInt64(failures))
        let end = UploadBackoff.upperEnd(failures: failures, base: .seconds(2), cap: .seconds(300))
        let delays = (0..<400).map { _ in
            UploadBackoff.delay(failures: failures, retryAfter: nil, settings: settings, using: &generator)
        }
        #expect(delays.allSatisfy { (end / 2...end).contains($0) })
        #expect(delays.contains { $0 < end * 0.55 })
        #expect(delays.contains { $0 > end * 0.95 })
    }

    @Test(
        "Of the backoff and Retry-After the longer wait counts, and an hour is the most that is believed",
        arguments: [
            (nil, 1.0...2.0), (-5, 1.0...2.0), (0, 1.0...2.0), (1, 1.0...2.0), (10, 10.0...10.0),
            (3600, 3600.0...3600.0), (86_400, 3600.0...3600.0), (Int64.max, 3600.0...3600.0),
        ] as [(Int64?, ClosedRange<Double>)]
    )
    func retryAfter(seconds: Int64?, allowed: ClosedRange<Double>) {
        var generator = SplitMix64(seed: 1)
        let delay = UploadBackoff.delay(
            failures: 1,
            retryAfter: seconds.map { .seconds($0) },
            settings: settings,
            using: &generator
        )
        #expect(allowed.contains(delay.inSeconds))
    }

    @Test("The generator gives the published numbers of SplitMix64")
    func knownNumbers() {
        var generator = SplitMix64(seed: 1_234_567)
        let numbers = (0..<5).map { _ in generator.next() }
        let published: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect(numbers == published)
    }
}

@Suite("Token bucket")
struct TokenBucketTests {
    private let start = Instant(millisecondsSinceBoot: 5000)

    @Test("A full bucket gives its burst at once; what goes beyond is a debt to be waited for")
    func burstAndDebt() {
        var bucket = TokenBucket(bytesPerSecond: 1000, burst: 4000, at: start)
        bucket.charge(bytes: 3999, at: start)
        #expect(bucket.readyAt(start) == start)
        bucket.charge(bytes: 2001, at: start)
        let ready = bucket.readyAt(start)
        #expect(ready > start + .seconds(2))
        #expect(ready <= start + .seconds(2) + .microseconds(1))
        #expect(bucket.readyAt(ready) == ready)
        #expect(bucket.readyAt(ready - .microseconds(2)) > ready - .microseconds(2))
    }

    @Test("The mean pace holds whatever the size of the portions", arguments: [1, 100, 999, 5000, 60_000])
    func meanPace(portion: Int) {
        var bucket = TokenBucket(bytesPerSecond: 1000, burst: 4000, at: start)
        var now = start
        var spent = 0
        while spent < 600_000 {
            now = bucket.readyAt(now)
            bucket.charge(bytes: portion, at: now)
            spent += portion
        }
        let fair = Double(spent - 4000 - portion) / 1000
        #expect(abs((now - start).inSeconds - fair) <= 0.001 * fair + Double(portion) / 1000)
    }

    @Test("A week of rest fills it to the burst and no further")
    func longRest() {
        var bucket = TokenBucket(bytesPerSecond: 1_000_000_000, burst: 4000, at: start)
        let later = start + .seconds(7 * 86_400)
        bucket.charge(bytes: 4000, at: later)
        #expect(bucket.readyAt(later) > later)
    }

    @Test("Sizes and times that cannot be do no harm")
    func extremes() {
        var bucket = TokenBucket(bytesPerSecond: .max, burst: .max, at: start)
        bucket.charge(bytes: .min, at: start)
        bucket.charge(bytes: .max, at: start - .seconds(1))
        bucket.charge(bytes: .max, at: start)
        bucket.charge(bytes: .max, at: start)
        #expect(bucket.readyAt(start) <= start + .seconds(2))
        var slow = TokenBucket(bytesPerSecond: 0, burst: 0, at: start)
        slow.charge(bytes: 2, at: start)
        #expect(slow.readyAt(start) <= start + .seconds(2))
        #expect(slow.readyAt(Instant(nanosecondsSinceBoot: .max)) == Instant(nanosecondsSinceBoot: .max))
    }
}
