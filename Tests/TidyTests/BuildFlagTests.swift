import Foundation
import Testing

@Suite("One compilation for everybody")
struct BuildFlagTests {
    /// SwiftPM takes a terminal for a reason to pass `-color-diagnostics` to the compiler, and another command line is
    /// another build: without the flag `make demo | cat` after `make demo` compiled everything anew, for nine minutes.
    @Test("Every build and test says whether it is coloured", arguments: ["Makefile", "Tests/run", ".ci/run"])
    func colour(path: String) throws {
        let commands = try Tree.text(path).split(separator: "\n").filter { $0.contains(/\bswift (build|test)\b/) }
        #expect(path == ".ci/run" || !commands.isEmpty)
        for command in commands {
            #expect(command.contains(" --no-color-diagnostics"), "\(path): \(command)")
        }
    }
}
