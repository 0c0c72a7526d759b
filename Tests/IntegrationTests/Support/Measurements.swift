import Foundation
import Glibc
import Testing

/// What the threads of a process have used so far, from proc(5).
struct Usage {
    private struct Thread {
        /// Voluntary context switches: each is a wake-up that follows.
        var wakeUps = 0
        /// Time on a processor, from schedstat, which counts nanoseconds.
        var cpuMilliseconds = 0.0
    }

    private var threads: [String: Thread] = [:]

    init(_ program: Program) throws {
        let tasks = "/proc/\(program.processID)/task"
        for task in try FileManager.default.contentsOfDirectory(atPath: tasks) {
            let status = try String(contentsOf: URL(filePath: "\(tasks)/\(task)/status"), encoding: .utf8)
            let switches = try #require(status.firstMatch(of: /voluntary_ctxt_switches:\s*(\d+)/)?.output.1)
            let schedule = try String(contentsOf: URL(filePath: "\(tasks)/\(task)/schedstat"), encoding: .utf8)
            threads[task] = Thread(
                wakeUps: try #require(Int(switches)),
                cpuMilliseconds: try #require(schedule.split(separator: " ").first.flatMap { Double($0) }) / 1e6
            )
        }
    }

    /// What was used since an earlier moment. A thread that has ended since takes its last bit with it.
    func since(_ earlier: Usage) -> (wakeUps: Int, cpuMilliseconds: Double) {
        threads.reduce(into: (0, 0.0)) { sum, entry in
            let before = earlier.threads[entry.key] ?? Thread()
            sum.0 += entry.value.wakeUps - before.wakeUps
            sum.1 += entry.value.cpuMilliseconds - before.cpuMilliseconds
        }
    }
}

/// The memory of a process, from smaps_rollup of proc(5).
struct Memory {
    let residentMiB: Double
    let anonymousMiB: Double
    /// The most that was ever resident, or since ``forgetPeak(of:)``.
    let peakMiB: Double

    /// proc(5), clear_refs: 5 "resets the peak resident set size to the process's current value".
    static func forgetPeak(of program: Program) throws {
        try "5".write(toFile: "/proc/\(program.processID)/clear_refs", atomically: false, encoding: .utf8)
    }

    init(_ program: Program) throws {
        let text = try String(contentsOf: URL(filePath: "/proc/\(program.processID)/smaps_rollup"), encoding: .utf8)
        func mebibytes(_ name: String) throws -> Double {
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(name):") })
            let kibibytes = try #require(line.split(separator: " ").dropFirst().first.flatMap { Double($0) })
            return (kibibytes / 1024 * 10).rounded() / 10
        }
        residentMiB = try mebibytes("Rss")
        anonymousMiB = try mebibytes("Anonymous")
        let status = try String(contentsOf: URL(filePath: "/proc/\(program.processID)/status"), encoding: .utf8)
        let peak = try #require(status.firstMatch(of: /VmHWM:\s*(\d+) kB/).flatMap { Double($0.output.1) })
        peakMiB = (peak / 1024 * 10).rounded() / 10
    }
}

/// A Unix socket as both sides of these measurements need it.
private func withAddress<Result>(
    of path: String,
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) throws -> Result {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    try #require(path.utf8.count < MemoryLayout.size(ofValue: address.sun_path))
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}

/// The service manager's end of sd_notify(3).
final class NotifySocket {
    let path: String
    private let descriptor: Int32

    init(_ path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        let descriptor = descriptor
        try #require(try withAddress(of: path) { bind(descriptor, $0, $1) } == 0)
    }

    deinit { close(descriptor) }

    /// Blocks until a message with this line comes; what is measured is a few milliseconds.
    func wait(for line: String, seconds: Int) throws {
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        while true {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { throw Failure("no \(line) within \(seconds) s") }
            if String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").contains(Substring(line)) {
                return
            }
        }
    }
}

/// One kept-alive HTTP connection with next to no cost of its own.
final class RawConnection {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let descriptor = descriptor
        try #require(try withAddress(of: path) { connect(descriptor, $0, $1) } == 0)
    }

    deinit { close(descriptor) }

    func ask(_ path: String) throws {
        let request = Array("GET \(path) HTTP/1.1\r\nHost: patrold\r\n\r\n".utf8)
        try #require(write(descriptor, request, request.count) == request.count)
        // C's functions, because this build is for debugging and what is measured is the daemon's time.
        var answer = [CChar](repeating: 0, count: 65_536)
        var length = 0
        while true {
            let room = answer.count - 1 - length
            let count = answer.withUnsafeMutableBytes { buffer in
                read(descriptor, buffer.baseAddress.map { $0 + length }, room)
            }
            try #require(count > 0)
            length += count
            answer[length] = 0
            let isWhole = try answer.withUnsafeBufferPointer { buffer in
                let start = try #require(buffer.baseAddress)
                guard let head = strstr(start, "\r\n\r\n") else { return false }
                try #require(strncmp(start, "HTTP/1.1 200", 12) == 0)
                let field = strstr(start, "Content-Length: ") ?? strstr(start, "content-length: ")
                return length - (head - UnsafeMutablePointer(mutating: start) + 4) >= atol(try #require(field) + 16)
            }
            if isWhole { return }
        }
    }
}

/// What figures were measured on.
func machine() throws -> String {
    let text = try String(contentsOf: URL(filePath: "/proc/cpuinfo"), encoding: .utf8)
    let model = text.firstMatch(of: /model name\s*: (.*)/).map { String($0.output.1) } ?? "unknown"
    let kernel = try String(contentsOf: URL(filePath: "/proc/sys/kernel/osrelease"), encoding: .utf8)
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return "\(model), \(cores) cores, \(kernel.trimmingCharacters(in: .whitespacesAndNewlines))"
}
