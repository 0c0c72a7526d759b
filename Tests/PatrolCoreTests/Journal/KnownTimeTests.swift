import PatrolCore
import Testing

@Suite("When a record was made")
struct KnownTimeTests {
    @Test("One rule says when a record was made: its own time, the boot's clock, or nobody knows")
    func knownTime() {
        let (own, boot) = (WallTime(millisecondsSince1970: 5000), WallTime(millisecondsSince1970: 1000))
        let instant = Instant(millisecondsSinceBoot: 2500)
        let known = KnownTime(own: own, at: instant, utcAtBoot: boot)
        #expect(known?.time == own && known?.isCorrected == false)
        let corrected = KnownTime(own: nil, at: instant, utcAtBoot: boot)
        #expect(corrected?.time == WallTime(millisecondsSince1970: 3500) && corrected?.isCorrected == true)
        #expect(KnownTime(own: nil, at: instant, utcAtBoot: nil) == nil)
    }
}
