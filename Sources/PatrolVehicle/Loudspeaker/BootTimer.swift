import CProcess
import Glibc
import PatrolCore
import PatrolSystem

/// A timer on the boot clock for poll(2): readable when its instant has come, to the nanosecond, and also when the
/// machine was suspended in between, which poll's own timeout does not count.
final class BootTimer: Sendable {
    /// For poll(2).
    let descriptor: Int32

    /// - Throws: what timerfd_create(2) says, in practice EMFILE.
    init() throws(SystemCallError) {
        descriptor = patrol_boot_timer()
        guard descriptor >= 0 else {
            throw SystemCallError(call: "timerfd_create", errno: -descriptor, context: "boot clock")
        }
    }

    deinit {
        close(descriptor)
    }

    /// Sets it anew; `nil` for never. It cannot fail: descriptor and time are valid.
    func set(_ instant: Instant?) {
        _ = patrol_boot_timer_set(descriptor, instant.map { max(0, $0.nanosecondsSinceBoot) } ?? -1)
    }
}
