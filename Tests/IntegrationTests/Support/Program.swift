import Foundation
import Glibc
import Testing

/// Something that a test cannot go on without.
struct Failure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

/// The surroundings that `make test` sets up.
enum Surroundings {
    /// The folder of the built programs.
    static let programs = ProcessInfo.processInfo.environment["PATROLD_PROGRAMS"]
    /// The folder of the recorded logs and tracks.
    static let testData = ProcessInfo.processInfo.environment["PATROLD_TEST_DATA"]

    static let gpsd = ["/usr/sbin/gpsd", "/usr/bin/gpsd"].first { FileManager.default.isExecutableFile(atPath: $0) }

    static var hasPrograms: Bool { programs != nil && gpsd != nil }
    static var hasTestData: Bool { hasPrograms && testData != nil }

    static let noPrograms: Comment = "PATROLD_PROGRAMS is not set, or gpsd is not installed: nothing to run"
    static let noTestData: Comment = "PATROLD_TEST_DATA is not set: no recorded data to replay"
}

/// A running program of the chain, with its output in a file. It ends with the value that owns it.
final class Program {
    let name: String
    let logPath: String
    private let process = Process()

    /// - Parameters:
    ///   - name: one of ours, or the absolute path of another.
    ///   - log: where standard output and standard error go; appended to.
    init(_ name: String, _ arguments: [String], log: String, environment: [String: String] = [:]) throws {
        self.name = name
        logPath = log
        let path = name.hasPrefix("/") ? name : try #require(Surroundings.programs) + "/" + name
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        if !FileManager.default.fileExists(atPath: log) { try Data().write(to: URL(filePath: log)) }
        let output = try FileHandle(forWritingTo: URL(filePath: log))
        try output.seekToEnd()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try output.close()
    }

    deinit {
        guard process.isRunning else { return }
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    var isRunning: Bool { process.isRunning }

    var processID: Int32 { process.processIdentifier }

    func send(_ signal: Int32) {
        guard process.isRunning else { return }
        Glibc.kill(process.processIdentifier, signal)
    }

    /// SIGKILL, and gone.
    func kill() {
        send(SIGKILL)
        process.waitUntilExit()
    }

    /// SIGTERM, and the exit code.
    @discardableResult
    func stop(within seconds: Double = 15) async throws -> Int32 {
        send(SIGTERM)
        return try await exitCode(within: seconds)
    }

    /// Waits for the end and gives the exit code; −signal if one ended it.
    func exitCode(within seconds: Double) async throws -> Int32 {
        try await eventually("\(name) ends", within: seconds) { !process.isRunning }
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    var log: String {
        do {
            return String(decoding: try Data(contentsOf: URL(filePath: logPath)), as: UTF8.self)
        } catch {
            return "(no log: \(error))"
        }
    }
}

/// Waits until a condition holds, looking every 20 ms. Real programs run in real time; the bound is what a user would
/// still call prompt, and a test that reaches it has failed.
func eventually(
    _ what: String,
    within seconds: Double,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw Failure("not within \(seconds) s: \(what)") }
        try await Task.sleep(for: .milliseconds(20))
    }
}

/// Runs a program to its end.
/// - Returns: its exit code and what it wrote.
func run(_ program: String, _ arguments: [String]) async throws -> (code: Int32, output: String, errors: String) {
    let folder = try TemporaryFolder()
    let process = Process()
    process.executableURL = URL(
        filePath: program.hasPrefix("/") ? program : try #require(Surroundings.programs) + "/" + program
    )
    process.arguments = arguments
    let files = try ["output", "errors"].map { name in
        try Data().write(to: URL(filePath: folder.path(name)))
        return try FileHandle(forWritingTo: URL(filePath: folder.path(name)))
    }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = files[0]
    process.standardError = files[1]
    try process.run()
    try await eventually("\(program) ends", within: 60) { !process.isRunning }
    process.waitUntilExit()
    let texts = try ["output", "errors"].map {
        String(decoding: try Data(contentsOf: URL(filePath: folder.path($0))), as: UTF8.self)
    }
    return (process.terminationStatus, texts[0], texts[1])
}

/// Copies a program to where it is executed from.
///
/// Another process writes it: whatever another test starts in that moment would inherit a descriptor of this one, and a
/// program that is open for writing cannot be executed (execve(2), ETXTBSY).
func install(_ source: String, as program: String) async throws {
    let result = try await run("/usr/bin/install", ["-m", "755", source, program])
    try #require(result.code == 0, "\(result.errors)")
}

/// A folder that goes away with the value.
final class TemporaryFolder {
    let path: String

    init() throws {
        // Below /tmp and short: the path of a Unix socket has 107 bytes.
        path = "/tmp/patrold-test-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            // A folder that stays behind in /tmp harms nobody; the test's verdict is not touched by it.
        }
    }

    func path(_ name: String) -> String { path + "/" + name }

    func write(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
        return path(name)
    }
}

/// A TCP port of the loopback interface that was free a moment ago.
func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
        }
    }
    try #require(result)
    return Int(UInt16(bigEndian: address.sin_port))
}
