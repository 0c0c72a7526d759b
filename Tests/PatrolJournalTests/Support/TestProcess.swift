import Foundation
import Testing

/// A test of this bundle in a process of its own.
enum TestProcess {
    /// - Parameters:
    ///   - suite: its name, which no other test's name contains.
    ///   - environment: on top of this process's own.
    ///   - output: a file for what it says.
    static func start(_ suite: String, _ environment: [String: String], output: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe")
        process.arguments = ["--testing-library", "swift-testing", "--filter", suite]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        try Data().write(to: URL(filePath: output))
        let file = try FileHandle(forWritingTo: URL(filePath: output))
        process.standardOutput = file
        process.standardError = file
        try process.run()
        try file.close()
        return process
    }
}
