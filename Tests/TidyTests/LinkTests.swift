import Foundation
import Testing

/// The folder of the built programs; `make test` sets it.
let programs = ProcessInfo.processInfo.environment["PATROLD_PROGRAMS"]

@Suite("What the programs are linked with")
struct LinkTests {
    @Test(
        "Daemon and player carry their Swift runtime and no Foundation beyond the essentials",
        .enabled(if: programs != nil, "PATROLD_PROGRAMS is not set: no built programs to look at"),
        arguments: ["patrold", "patrol-player"]
    )
    func program(name: String) throws {
        let path = try #require(programs) + "/" + name
        let needed = try output("readelf", "-d", path).split(separator: "\n").filter { $0.contains("(NEEDED)") }
        #expect(!needed.isEmpty)
        for library in needed {
            #expect(!library.contains("libswift") && !library.contains("Foundation"), "\(library)")
        }
        // Mangled names carry their module: Foundation is $s10Foundation…, the essentials are $s20FoundationEssentials….
        let symbols = try output("nm", path).split(separator: "\n")
        let foundation = symbols.filter { $0.contains(" $s10Foundation") || $0.contains(" ucal_") }
        #expect(symbols.count > 5000, "the program is stripped, so this test sees nothing")
        #expect(foundation.isEmpty, "\(foundation.prefix(3))")
    }

    private func output(_ program: String, _ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(program) failed")
        return String(decoding: data, as: UTF8.self)
    }
}
