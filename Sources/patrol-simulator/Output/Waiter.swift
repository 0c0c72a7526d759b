import Glibc
import PatrolCore
import PatrolSystem

/// The one place in which the program waits.
struct Waiter {
    /// Why the waiting is over.
    enum Wake {
        /// The time has come.
        case due
        /// The descriptor is ready, or in trouble.
        case ready
        /// The program is to end: a signal, or its time is over.
        case ended
    }

    private let stop: StopSignal
    private let end: Instant?
    let clocks: Clocks

    /// - Parameter duration: how long the program runs, from now; `nil` for ever.
    init(stop: StopSignal, duration: Duration?, clocks: Clocks) {
        self.stop = stop
        self.clocks = clocks
        end = duration.map { clocks.now() + $0 }
    }

    /// Waits until a deadline or until a descriptor is ready for one of some events (poll(2)), whichever comes first.
    ///
    /// The end goes before everything, and a ready descriptor before a deadline.
    func wait(until due: Instant?, for events: Int32 = 0, on descriptor: CInt = -1) -> Wake {
        while true {
            let now = clocks.now()
            let deadline = [due, end].compactMap { $0 }.min()
            var watched = [
                pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
                // poll(2) ignores an entry whose descriptor is negative.
                pollfd(fd: descriptor, events: Int16(events), revents: 0),
            ]
            // An error can only be EINTR here; the loop looks at the clock again.
            poll(&watched, 2, BootClock.pollTimeout(from: now, until: deadline))
            let later = clocks.now()
            if watched[0].revents != 0 { return .ended }
            if let end, later >= end { return .ended }
            if watched[1].revents != 0 { return .ready }
            if let due, later >= due { return .due }
        }
    }
}
