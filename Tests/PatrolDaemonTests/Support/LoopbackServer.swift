import Glibc
import PatrolSystem
import Synchronization
import Testing

/// A TCP server on the loopback; each of its connections has a thread.
final class LoopbackServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let peers = Mutex<[Int32]>([])

    /// - Parameter serve: what it does with a connection, which is closed when it returns.
    init(_ serve: @escaping @Sendable (Int32) -> Void) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try #require(listener >= 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && getsockname(listener, address, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        try #require(isBound && listen(listener, 8) == 0)
        _ = try NativeThread(name: "loopback") { [weak self] in
            while true {
                let peer = accept(listener, nil, nil)
                guard peer >= 0 else { return }
                self?.peers.withLock { $0.append(peer) }
                let thread = try? NativeThread(name: "loopback-peer") {
                    serve(peer)
                    // The descriptor stays until the server's end, so that no other takes its number.
                    shutdown(peer, Int32(SHUT_RDWR))
                }
                if thread == nil { shutdown(peer, Int32(SHUT_RDWR)) }
            }
        }
    }

    /// Stops listening and ends all connections.
    func stop() {
        // accept(2) returns, and so does recv(2).
        shutdown(listener, Int32(SHUT_RDWR))
        peers.withLock { peers in peers.forEach { shutdown($0, Int32(SHUT_RDWR)) } }
    }

    deinit {
        stop()
        close(listener)
        peers.withLock { peers in peers.forEach { _ = close($0) } }
    }

    /// - Returns: whether all of it could be sent.
    @discardableResult
    static func send(_ text: String, to peer: Int32) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.send(peer, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            bytes = bytes.dropFirst(count)
        }
        return true
    }

    /// - Returns: what came; `nil` at the end of the connection.
    static func receive(from peer: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(peer, &bytes, bytes.count, 0)
        return count > 0 ? Array(bytes[..<count]) : nil
    }
}
