import Foundation
import PatrolCore
import PatrolSystem
import Testing

@Suite("The machine's clocks")
struct ClockTests {
    @Test("The boot clock is what the kernel calls uptime, and goes forward")
    func bootClock() throws {
        let before = Clocks.system.now()
        let uptime = try #require(
            Double(String(contentsOfFile: "/proc/uptime", encoding: .utf8).split(separator: " ")[0])
        )
        let after = Clocks.system.now()
        #expect(before <= after)
        #expect(Double(before.millisecondsSinceBoot) / 1000 <= uptime + 0.02)
        #expect(uptime <= Double(after.millisecondsSinceBoot) / 1000 + 0.02)
    }

    @Test("The system time is UTC")
    func systemTime() {
        let foundation = Date().timeIntervalSince1970 * 1000
        #expect(abs(Double(Clocks.system.systemTime().millisecondsSince1970) - foundation) < 10_000)
    }

    @Test(
        "poll(2) never waits for less than is left, and for ever without a deadline",
        arguments: [
            (nil, -1), (.seconds(-1), 0), (.zero, 0), (.nanoseconds(1), 1), (.milliseconds(1), 1),
            (.nanoseconds(1_000_001), 2), (.seconds(3), 3000), (.seconds(1 << 32), Int32.max),
        ] as [(Duration?, Int32)]
    )
    func pollTimeout(left: Duration?, milliseconds: Int32) {
        let now = Instant(nanosecondsSinceBoot: 7_000_000_123)
        #expect(BootClock.pollTimeout(from: now, until: left.map { now + $0 }) == milliseconds)
    }
}
