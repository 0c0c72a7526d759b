import Glibc

/// A client that sends what it is told, byte for byte, to a Unix socket; no HTTP library would send most of it.
final class RawClient: Sendable {
    private let descriptor: Int32

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw Failure(description: "connect: \(String(cString: strerror(errno)))") }
        // A server that says nothing must not hold up the tests for ever.
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// - Returns: whether the other end took it.
    @discardableResult
    func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// Says that nothing more will be sent.
    func closeOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// What comes until the other end closes, or at least so many bytes.
    func receive(atLeast count: Int = .max) throws -> String {
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while received.count < count {
            let length = recv(descriptor, &chunk, chunk.count, 0)
            if length == 0 { break }
            guard length > 0 else {
                if errno == ECONNRESET { break }
                throw Failure(description: "recv: \(String(cString: strerror(errno))) after \(received.count) bytes")
            }
            received += chunk[..<length]
        }
        return String(decoding: received, as: UTF8.self)
    }

    /// Sends a request and takes what comes until the connection ends.
    static func exchange(_ path: String, _ text: String) throws -> String {
        let client = try RawClient(path: path)
        client.send(text)
        return try client.receive()
    }
}
