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
        let folder = try TemporaryFolder()
        let demo = try Child(
            root.appending(path: "config/demo/demo").path,
            [],
            environment: ["DEMO_SECONDS": "20"],
            output: .file(folder.path("output"))
        )
        let code = try await demo.awaitEnd(within: 90).code
        let output = try String(contentsOf: URL(filePath: folder.path("output")), encoding: .utf8)
        let summary = output.split(separator: "\n").suffix(10).joined(separator: "\n")
        print(summary)
        #expect(code == 0, "\(output.suffix(2000))")
        #expect(summary.contains("the collector holds every record of the journal, once"))
        #expect(output.contains("loudspeaker       plays 1-patrol.wav (巡逻)"))
        let state = root.path + "/.build/demo"
        let left = try await run("/usr/bin/env", ["pgrep", "-f", state])
        #expect(left.output.isEmpty, "still running: \(left.output)")
    }
}
