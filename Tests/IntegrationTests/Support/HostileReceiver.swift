import Foundation
import Glibc
import Synchronization
import Testing

/// Takes connections on the loopback interface and treats each in one bad way, until it is closed.
final class HostileReceiver: Sendable {
    enum Manner: String, CaseIterable, Sendable {
        /// A head without an end.
        case endlessHead
        /// A body without an end, as fast as it goes.
        case endlessBody
        /// A byte of the body each 100 ms.
        case drippingBody
        /// Reads the request and says nothing.
        case silence
        /// Does not even read.
        case deafness
        /// Says "try again" at once, however often.
        case refusal
    }

    let port: Int
    private let manner: Manner
    private let descriptor: Int32
    private let accepted = Mutex(0)

    /// How many connections came.
    var connections: Int { accepted.withLock { $0 } }

    init(_ manner: Manner) throws {
        self.manner = manner
        port = try freePort()
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(bound == 0 && listen(descriptor, 16) == 0)
        Thread.detachNewThread { self.serve() }
    }

    /// Ends the listener; connections end with their next byte.
    func close() {
        // shutdown(2) wakes accept(2), which close(2) alone does not.
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private func serve() {
        while true {
            let connection = accept(descriptor, nil, nil)
            guard connection >= 0 else { break }
            accepted.withLock { $0 += 1 }
            Thread.detachNewThread { [manner] in
                if manner == .deafness { return }
                Self.treat(connection, manner)
                Glibc.close(connection)
            }
        }
        Glibc.close(descriptor)
    }

    private static func treat(_ connection: Int32, _ manner: Manner) {
        guard read(connection) else { return }
        switch manner {
        case .endlessHead:
            guard write(connection, "HTTP/1.1 200 OK\r\n") else { return }
            // So slow that the head has no end, and so fast that no silence ends it.
            while write(connection, "X-More: more\r\n") { usleep(20_000) }
        case .endlessBody:
            guard write(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") else { return }
            let chunk = "400\r\n" + String(repeating: " ", count: 0x400) + "\r\n"
            while write(connection, chunk) {}
        case .drippingBody:
            guard write(connection, "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n") else { return }
            // So slow that the body takes 100 minutes.
            while write(connection, " ") { usleep(100_000) }
        case .refusal:
            repeat {
                guard write(connection, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n") else { return }
            } while read(connection)
        case .silence, .deafness:
            while read(connection) {}
        }
    }

    private static func read(_ connection: Int32) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        return Glibc.read(connection, &bytes, bytes.count) > 0
    }

    private static func write(_ connection: Int32, _ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }
}
