import Glibc
import Synchronization
import Testing

/// Accepts connections on the loopback interface and never says a word: a half-open gpsd.
final class SilentListener: Sendable {
    private let descriptor: Int32
    private let accepted = Mutex<[Int32]>([])

    var acceptedConnections: Int { accepted.withLock { $0.count } }

    let port: Int

    init(port: Int) throws {
        self.port = port
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
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
        var thread = pthread_t()
        let started = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<SilentListener>.fromOpaque(context).takeRetainedValue().serve()
                return nil
            },
            Unmanaged.passRetained(self).toOpaque()
        )
        try #require(started == 0)
        pthread_detach(thread)
    }

    /// Ends the listener and every connection.
    func close() {
        // shutdown(2) wakes accept(2), which close(2) alone does not.
        shutdown(descriptor, Int32(SHUT_RDWR))
        for connection in accepted.withLock({ $0 }) { Glibc.close(connection) }
    }

    private func serve() {
        while true {
            let connection = accept(descriptor, nil, nil)
            guard connection >= 0 else { break }
            accepted.withLock { $0.append(connection) }
        }
        Glibc.close(descriptor)
    }
}
