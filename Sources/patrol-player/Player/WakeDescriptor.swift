import Glibc

/// A descriptor that another thread makes readable, to end a poll(2).
///
/// A pair of sockets, because Swift's Glibc knows neither eventfd(2) nor pipe2(2).
final class WakeDescriptor: Sendable {
    /// For poll(2).
    let descriptor: CInt
    private let otherEnd: CInt

    /// - Returns: `nil` without a free descriptor; `errno` tells.
    init?() {
        var ends: [CInt] = [-1, -1]
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { return nil }
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
        send(otherEnd, &byte, 1, CInt(MSG_NOSIGNAL))
    }

    /// Makes it unreadable until the next wake-up.
    func clear() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(descriptor, &bytes, bytes.count) == bytes.count {}
    }
}
