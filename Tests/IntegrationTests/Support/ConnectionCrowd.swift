import Foundation
import Glibc
import Synchronization

/// Many connections of one thread: each says something, then drips, and comes again whenever it is closed.
final class ConnectionCrowd: Sendable {
    /// Where they go.
    enum Target: Sendable {
        case port(UInt16)
        case socket(String)
    }

    private let isStopped = Mutex(false)
    private let opened = Mutex(0)
    private let done = DispatchSemaphore(value: 0)

    /// How many were opened so far, those that came again included.
    var openedCount: Int { opened.withLock { $0 } }

    /// - Parameters:
    ///   - beginning: what each says first.
    ///   - drip: what each says every tenth of a second; nothing if it is empty.
    init(_ count: Int, to target: Target, beginning: String, drip: String) {
        let thread = Thread { [self] in
            run(count, target, Array(beginning.utf8), Array(drip.utf8))
            done.signal()
        }
        thread.start()
    }

    /// Closes all of them, and returns when they are closed.
    func stop() {
        isStopped.withLock { $0 = true }
        done.wait()
    }

    private func run(_ count: Int, _ target: Target, _ beginning: [UInt8], _ drip: [UInt8]) {
        var descriptors = [Int32](repeating: -1, count: count)
        defer { for descriptor in descriptors where descriptor >= 0 { close(descriptor) } }
        while !isStopped.withLock({ $0 }) {
            for index in descriptors.indices {
                if descriptors[index] >= 0, Self.isClosed(descriptors[index]) || !Self.send(descriptors[index], drip) {
                    close(descriptors[index])
                    descriptors[index] = -1
                }
                guard descriptors[index] < 0, let descriptor = Self.connected(to: target) else { continue }
                opened.withLock { $0 += 1 }
                _ = Self.send(descriptor, beginning)
                descriptors[index] = descriptor
            }
            // The pace at which it drips.
            usleep(100_000)
        }
    }

    /// POLLRDHUP of poll(2), which Swift's Glibc does not show.
    private static let pollReadHangUp: Int16 = 0x2000

    /// Whether the other end has gone; what it said is not looked at, and not taken.
    private static func isClosed(_ descriptor: Int32) -> Bool {
        var state = pollfd(fd: descriptor, events: Self.pollReadHangUp, revents: 0)
        return poll(&state, 1, 0) > 0
    }

    private static func send(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
        bytes.isEmpty
            || Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)) >= 0
    }

    private static func connected(to target: Target) -> Int32? {
        let family = if case .port = target { AF_INET } else { AF_UNIX }
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        let result: Int32
        switch target {
        case .port(let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            result = connect(descriptor, &address)
        case .socket(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
            result = connect(descriptor, &address)
        }
        guard result == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func connect<Address>(_ descriptor: Int32, _ address: inout Address) -> Int32 {
        let size = socklen_t(MemoryLayout<Address>.size)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, size) }
        }
    }
}
