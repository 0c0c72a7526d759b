import Glibc

/// A descriptor that becomes readable for good when it is woken: it ends a poll(2) from another thread.
///
/// A pair of sockets, because Swift's Glibc knows neither eventfd(2) nor pipe2(2), and a descriptor without
/// close-on-exec would leak into child processes.
final class WakeDescriptor: Sendable {
    /// For poll(2).
    let descriptor: Int32
    private let otherEnd: Int32

    /// - Throws: what socketpair(2) says, in practice EMFILE.
    init() throws(SystemCallError) {
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
    func wake() {
        var byte: UInt8 = 1
        send(otherEnd, &byte, 1, Int32(MSG_NOSIGNAL))
    }
}
