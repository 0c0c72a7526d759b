import Glibc
import PatrolCore

/// A descriptor that becomes readable when it is woken, until it is cleared: it ends a poll(2) from another thread.
///
/// A pair of sockets, because Swift's Glibc knows neither eventfd(2) nor pipe2(2), and a descriptor without
/// close-on-exec would leak into child processes.
public final class WakeDescriptor: Sendable {
    /// For poll(2).
    public let descriptor: Int32
    private let otherEnd: Int32

    /// - Throws: what socketpair(2) says, in practice EMFILE.
    public init() throws(SystemCallError) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw SystemCallError(call: "socketpair", errno: errno, context: "wake-up")
        }
        descriptor = ends[0]
        otherEnd = ends[1]
    }

    deinit {
        close(descriptor)
        close(otherEnd)
    }

    /// Wakes. Sending can only fail for want of room, and then the descriptor is readable already.
    public func wake() {
        var byte: UInt8 = 1
        send(otherEnd, &byte, 1, Int32(MSG_NOSIGNAL))
    }

    /// Takes back all that woke it.
    public func clear() {
        var bytes: (UInt64, UInt64) = (0, 0)
        while recv(descriptor, &bytes, MemoryLayout.size(ofValue: bytes), Int32(MSG_DONTWAIT)) == 16 {}
    }

    /// Returns when it is woken, or after a time; `nil`: for ever.
    public func wait(for timeout: Duration?) {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        poll(&polled, 1, BootClock.pollTimeout(for: timeout))
    }
}
