import Foundation
import Glibc
import Testing

@testable import PatrolService

@Suite("What the service manager is told")
struct ServiceNotificationTests {
    /// A service manager's end of the protocol.
    private final class Manager {
        let path: String
        private let descriptor: Int32

        init() throws {
            path = FileManager.default.temporaryDirectory.appending(path: "notify-\(UUID().uuidString.prefix(8))").path
            descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let name = Array(path.utf8)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            try #require(result == 0)
        }

        deinit {
            close(descriptor)
            unlink(path)
        }

        func next() -> [String] {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &bytes, bytes.count, 0)
            return String(decoding: bytes[..<max(0, count)], as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }

    @Test("A reload begins with its time and ends with READY; a sign of life is one word")
    func messages() throws {
        let manager = try Manager()
        let notification = ServiceNotification(notifySocket: manager.path)
        notification.reloading(at: 4711, status: "reading a\nb")
        #expect(manager.next() == ["RELOADING=1", "MONOTONIC_USEC=4711", "STATUS=reading a b"])
        notification.ready(status: "running")
        #expect(manager.next() == ["READY=1", "STATUS=running"])
        notification.alive()
        #expect(manager.next() == ["WATCHDOG=1"])
    }

    @Test("The watchdog's time is this process's")
    func watchdogTime() {
        #expect(WatchdogTime.time(microseconds: "30000000", process: "7", own: 7) == .seconds(30))
        #expect(WatchdogTime.time(microseconds: "30000000", process: nil, own: 7) == .seconds(30))
        #expect(WatchdogTime.time(microseconds: "30000000", process: "8", own: 7) == nil)
        #expect(WatchdogTime.time(microseconds: nil, process: nil, own: 7) == nil)
        #expect(WatchdogTime.time(microseconds: "0", process: nil, own: 7) == nil)
        #expect(WatchdogTime.time(microseconds: "soon", process: nil, own: 7) == nil)
    }
}
