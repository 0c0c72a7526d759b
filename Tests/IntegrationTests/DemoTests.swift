import Foundation
import PatrolAPI
import PatrolWire
import Testing

@Suite("make demo", .enabled(if: Surroundings.hasPrograms, Surroundings.noPrograms))
struct DemoTests {
    @Test("The demo's summary proves that the collector holds the journal, and nothing is left running")
    func demo() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let process = Process()
        process.executableURL = root.appending(path: "config/demo/demo")
        process.environment = ProcessInfo.processInfo.environment.merging(["DEMO_SECONDS": "20"]) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        let summary = output.split(separator: "\n").suffix(9).joined(separator: "\n")
        print(summary)
        #expect(process.terminationStatus == 0, "\(output.suffix(2000))")
        #expect(summary.contains("the collector holds every record of the journal, once"))
        let state = root.path + "/.build/demo"
        let left = try await run("/usr/bin/env", ["pgrep", "-f", state])
        #expect(left.output.isEmpty, "still running: \(left.output)")
    }
}
