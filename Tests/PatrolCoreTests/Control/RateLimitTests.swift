import PatrolCore
import Testing

@Suite("How often somebody may do something")
struct RateLimitTests {
    private func at(_ seconds: Int64) -> Instant { Instant(millisecondsSinceBoot: seconds * 1000) }

    @Test("Some at once, then one in an interval; a pause gives the burst back")
    func burst() {
        var limit = RateLimit<String>(interval: .seconds(3), burst: 4)
        for _ in 0..<4 { #expect(limit.take("a", at: at(10)) == nil) }
        #expect(limit.take("a", at: at(10)) == .seconds(3))
        #expect(limit.take("a", at: at(12)) == .seconds(1))
        #expect(limit.take("a", at: at(13)) == nil)
        #expect(limit.take("a", at: at(13)) == .seconds(3))
        for _ in 0..<4 { #expect(limit.take("a", at: at(100)) == nil) }
        #expect(limit.take("a", at: at(100)) != nil)
    }

    @Test("One does not pay for the other")
    func keys() {
        var limit = RateLimit<String>(interval: .seconds(3), burst: 1)
        #expect(limit.take("a", at: at(10)) == nil)
        #expect(limit.take("a", at: at(10)) != nil)
        #expect(limit.take("b", at: at(10)) == nil)
    }
}
