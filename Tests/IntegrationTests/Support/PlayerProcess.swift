import Foundation
import Glibc
import PatrolCore
import Testing

/// A running `patrol-player play` with its standard input in the test's hand.
final class PlayerProcess {
    /// What the player says when it begins.
    struct Started: Decodable, Sendable {
        var at_ns: Int64
        var rate: Int
        var channels: Int
        var frames_total: Int64?

        var at: Instant { Instant(nanosecondsSinceBoot: at_ns) }
    }

    /// What the player says last.
    struct Ended: Decodable, Sendable {
        var how: String
        var frames_played: Int64
        var frames_total: Int64?
        var rate: Int
        var reason: String?
    }

    private struct Line: Decodable {
        var event: String
    }

    private let child: Child
    private let outputPath: String
    private let folder: TemporaryFolder

    init(_ arguments: [String], environment: [String: String]) throws {
        // Writing to a player that has ended is for the test to judge, not to die of.
        signal(SIGPIPE, SIG_IGN)
        folder = try TemporaryFolder()
        outputPath = folder.path("output")
        child = try Child(
            try #require(Surroundings.programs) + "/patrol-player",
            ["play"] + arguments,
            environment: environment,
            hasInput: true,
            output: .file(outputPath)
        )
    }

    var processID: Int32 { child.processID }

    func send(_ signal: Int32) { child.send(signal) }

    func say(_ line: String) throws { try child.write(line + "\n") }

    func set(deadline: Instant) throws { try say("deadline \(deadline.nanosecondsSinceBoot)") }

    /// Closes standard input, as the end of the parent does.
    func hangUp() { child.closeInput() }

    var output: String {
        do {
            return String(decoding: try Data(contentsOf: URL(filePath: outputPath)), as: UTF8.self)
        } catch {
            return "(no output: \(error))"
        }
    }

    var started: Started? { event("started") }

    var ended: Ended? { event("ended") }

    private func event<Event: Decodable>(_ name: String) -> Event? {
        for line in output.split(separator: "\n") {
            let data = Data(line.utf8)
            // A line that is being written is no JSON yet.
            guard let head = try? JSONDecoder().decode(Line.self, from: data), head.event == name else { continue }
            return try? JSONDecoder().decode(Event.self, from: data)
        }
        return nil
    }

    /// Waits until the device plays.
    @discardableResult
    func awaitStart(within seconds: Double = 5) async throws -> Started {
        try await eventually("the player starts: \(output)", within: seconds) { started != nil }
        return try #require(started)
    }

    /// Waits for the end.
    /// - Returns: the last line, the exit code (−signal if one ended it), and when the end was seen.
    func awaitEnd(within seconds: Double) async throws -> (ended: Ended?, code: Int32, at: Instant) {
        let (code, at) = try await child.awaitEnd(within: seconds)
        return (ended, code, at)
    }
}
