import PatrolCore
import Synchronization

/// A boot clock that stands still until a test moves it.
final class VirtualClock: Sendable {
    private let milliseconds: Mutex<Int64>

    init(secondsSinceBoot: Int64 = 100) {
        milliseconds = Mutex(secondsSinceBoot * 1000)
    }

    var now: Instant { Instant(millisecondsSinceBoot: milliseconds.withLock { $0 }) }

    func advance(by duration: Duration) {
        milliseconds.withLock { $0 += duration.milliseconds }
    }

    /// The journal must never ask for the system's time: here it is in the age of steam.
    var clocks: Clocks {
        Clocks(now: { self.now }, systemTime: { WallTime(millisecondsSince1970: -3_000_000_000_000) })
    }
}
