import CKernelClock
import Glibc
import PatrolCore
import PatrolSystem

/// A descriptor that becomes readable when the system's clock is set: a timer at the end of time that is cancelled then.
final class ClockSetAlarm: Sendable {
    /// For poll(2).
    let descriptor: Int32

    /// Not armed yet.
    /// - Throws: what timerfd_create(2) says, in practice EMFILE.
    init() throws(SystemCallError) {
        descriptor = patrol_clock_alarm_open()
        guard descriptor >= 0 else {
            throw SystemCallError(call: "timerfd_create", errno: errno, context: "the system's clock")
        }
    }

    deinit {
        close(descriptor)
    }

    /// Makes it ready for the next time, and forgets what was. To be called before the clock is read, so that no setting
    /// is missed.
    /// - Parameter duration: after which it goes off by itself; `nil`: never.
    /// - Throws: what timerfd_settime(2) says: nothing for a timer of this kind.
    func arm(goingOffAfter duration: Duration? = nil) throws(SystemCallError) {
        let failure = patrol_clock_alarm_arm(descriptor, duration.map { max(0, $0.nanoseconds) } ?? -1)
        guard failure == 0 else {
            throw SystemCallError(call: "timerfd_settime", errno: failure, context: "the system's clock")
        }
    }
}
