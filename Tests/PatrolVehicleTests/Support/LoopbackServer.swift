import Glibc
import PatrolVehicle
import Testing

/// A TCP server on the loopback whose every move the test makes: it is gpsd, or the receiver behind a real one.
final class LoopbackServer {
    let port: UInt16
    private var listener: Int32
    /// Kept as long as the server, so that no connection ends before its test.
    private var peers: [LoopbackPeer] = []

    /// - Parameter port: 0 for any that is free.
    init(port: UInt16 = 0) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        listener = descriptor
        try #require(descriptor >= 0)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (bound, named) = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                (bind(descriptor, address, length), getsockname(descriptor, address, &length))
            }
        }
        self.port = UInt16(bigEndian: address.sin_port)
        try #require(bound == 0 && named == 0, "port \(port): \(String(cString: strerror(errno)))")
        try #require(listen(descriptor, 8) == 0)
    }

    deinit { close() }

    /// A port on which nobody listens.
    static func closedPort() throws -> UInt16 {
        try LoopbackServer().port
    }

    /// Stops listening and ends all connections.
    func close() {
        if listener >= 0 { _ = Glibc.close(listener) }
        listener = -1
        for peer in peers { peer.close() }
    }

    /// The next client; a test fails if none comes in time.
    func accept(within seconds: Int32 = 10) throws -> LoopbackPeer {
        var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        try #require(poll(&waiting, 1, seconds * 1000) == 1, "nobody connects")
        let descriptor = Glibc.accept(listener, nil, nil)
        try #require(descriptor >= 0)
        let peer = LoopbackPeer(descriptor)
        peers.append(peer)
        return peer
    }
}

/// One client's connection, from the server's side.
final class LoopbackPeer {
    private var descriptor: Int32

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit { close() }

    /// - Returns: whether it could be sent.
    @discardableResult
    func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// Reads up to the end of a line; `nil` if none comes in time.
    func line(within seconds: Int32 = 10) -> String? {
        var text: [UInt8] = []
        while text.last != UInt8(ascii: "\n") {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            var byte: UInt8 = 0
            guard poll(&waiting, 1, seconds * 1000) == 1, recv(descriptor, &byte, 1, 0) == 1 else { return nil }
            text.append(byte)
        }
        return String(decoding: text.dropLast(), as: UTF8.self)
    }

    func close() {
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Ends the connection the hard way: SO_LINGER with 0 s makes close(2) send a reset.
    func reset() {
        var hard = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
        close()
    }
}
