import Foundation
import Testing

/// A folder of one test's own, removed with it.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/patrold-daemon-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("\(path) is left behind: \(error)")
        }
    }

    func path(_ name: String) -> String { path + "/" + name }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
    }

    func text(of name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }

    /// Puts a program into the folder.
    ///
    /// Another process writes it: whatever another test starts in that moment would inherit a descriptor of this one, and a
    /// program that is open for writing cannot be executed (execve(2), ETXTBSY).
    /// - Returns: its path.
    func program(_ name: String, _ script: String) throws -> String {
        try write(script, to: name + ".source")
        let install = Process()
        install.executableURL = URL(fileURLWithPath: "/usr/bin/install")
        install.arguments = ["-m", "755", path(name + ".source"), path(name)]
        try install.run()
        install.waitUntilExit()
        try #require(install.terminationStatus == 0)
        return path(name)
    }
}

/// Waits for what another thread or process does, which no virtual time moves.
func eventually(
    _ what: Comment,
    within limit: Duration = .seconds(20),
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while try await !condition() {
        try #require(clock.now < end, what, sourceLocation: sourceLocation)
        try await Task.sleep(for: .milliseconds(2))
    }
}
