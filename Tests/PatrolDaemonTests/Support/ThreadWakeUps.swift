import Foundation
import Synchronization
import Testing

/// How often a thread has gone to sleep by itself, as proc(5) counts it.
final class ThreadWakeUps: Sendable {
    private let path = Mutex<String?>(nil)

    /// To be called on the thread.
    func note() {
        // proc(5): a link to the calling thread's own folder.
        path.withLock { $0 = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self") }
    }

    var count: Int {
        get throws {
            let path = try #require(path.withLock { $0 })
            let status = try String(contentsOfFile: "/proc/\(path)/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches:") })
            return try #require(Int(line.split(separator: "\t").last ?? ""))
        }
    }
}
