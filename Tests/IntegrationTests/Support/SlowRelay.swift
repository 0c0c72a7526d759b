import Foundation
import Glibc
import Synchronization

/// A relay of TCP on the loopback interface: what goes there passes at once, what comes back is held back for a while.
final class SlowRelay: Sendable {
    /// Where it listens.
    let port: Int
    private let listener: Int32
    private let passed = Counter()

    /// What passed so far, in both directions.
    var bytes: Int { passed.count.withLock { $0 } }

    private final class Counter: Sendable {
        let count = Mutex(0)
    }

    /// - Parameters:
    ///   - target: the port of the one behind it.
    ///   - delay: how long an answer is held back.
    init(to target: Int, delay: Duration) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw Failure("no socket for the relay") }
        var address = Self.loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { [listener] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isListening else { throw Failure("the relay cannot listen") }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [listener, passed] in
            while true {
                let client = accept(listener, nil, nil)
                // Closed: it stops.
                guard client >= 0 else { return }
                guard let server = Self.connect(to: target) else {
                    close(client)
                    continue
                }
                let isOver = DispatchSemaphore(value: 0)
                Thread.detachNewThread {
                    Self.copy(from: client, to: server, delay: .zero, passed)
                    isOver.signal()
                }
                Thread.detachNewThread {
                    Self.copy(from: server, to: client, delay: delay, passed)
                    // Wakes the other one, if it still waits for the client.
                    shutdown(client, Int32(SHUT_RDWR))
                    isOver.wait()
                    close(client)
                    close(server)
                }
            }
        }
    }

    /// Takes no more connections.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private static func copy(from source: Int32, to sink: Int32, delay: Duration, _ passed: Counter) {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            passed.count.withLock { $0 += count }
            // The time that the answer takes is what this is for.
            if delay > .zero { usleep(UInt32(delay / .microseconds(1))) }
            var sent = 0
            while sent < count {
                let more = buffer[sent..<count].withUnsafeBytes {
                    send(sink, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard more > 0 else { break }
                sent += more
            }
        }
        shutdown(sink, Int32(SHUT_WR))
        shutdown(source, Int32(SHUT_RD))
    }

    private static func connect(to port: Int) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var address = loopback(port: UInt16(port))
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        return address
    }
}
