import Foundation
import PatrolCore
import Testing

@testable import PatrolConfiguration

/// The files that people edit, damaged at random: whatever is in them, the answer is a configuration or an error that
/// names what is wrong, never a trap. A short run with every test, a minute with `make fuzz`.
@Suite("Damaged configurations and zone files")
struct ParserFuzzTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test("The configuration", .timeLimit(.minutes(10)))
    func configuration() throws {
        let text = try String(contentsOf: Self.root.appending(path: "config/patrold.toml"), encoding: .utf8)
        // With every table in force, so that the damage meets every reader.
        let whole = text.split(separator: "\n", omittingEmptySubsequences: false)
            .map {
                $0.contains(/^# (\[|[a-z_]+ =)/) && !$0.contains("zones.geojson") ? String($0.dropFirst(2)) : String($0)
            }
            .joined(separator: "\n")
        try Self.fuzz(whole) { _ = try Configuration.parse($0, path: "fuzz.toml") }
    }

    @Test("The zones", .timeLimit(.minutes(10)))
    func zones() throws {
        let path = Self.root.appending(path: "config/demo/zones.geojson")
        try Self.fuzz(try String(contentsOf: path, encoding: .utf8)) { text in
            // What was accepted must also serve.
            var tracker = ZoneTracker(zones: try ZoneFile.parse(text, path: "fuzz.geojson"))
            if let place = Coordinate(latitude: 29.3, longitude: 106.3) {
                _ = tracker.handle(place, errorMetres: 5, at: Instant(millisecondsSinceBoot: 0))
            }
        }
    }

    private static func fuzz(_ original: String, _ parse: (String) throws -> Void) throws {
        let environment = ProcessInfo.processInfo.environment
        let seconds = environment["PATROLD_FUZZ"].flatMap(Double.init) ?? 1
        let seed = environment["PATROLD_FUZZ_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: .min ... .max)
        var dice = SplitMix64(seed: seed)
        let bytes = Array(original.utf8)
        var outcomes = (accepted: 0, refused: 0)
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            let text = String(decoding: damaged(bytes, using: &dice), as: UTF8.self)
            do {
                try parse(text)
                outcomes.accepted += 1
            } catch let error as ConfigurationError {
                outcomes.refused += 1
                #expect(!error.problems.isEmpty && error.problems.allSatisfy { !$0.message.isEmpty }, "seed \(seed)")
            }
        }
        print("PATROLD_FUZZ_SEED=\(seed): \(outcomes.accepted) accepted, \(outcomes.refused) refused in \(seconds) s")
        #expect(outcomes.refused > 0)
    }

    /// Flips, cuts, doubles and swaps: at most four times, so that most of the file still means something.
    private static func damaged(_ original: [UInt8], using dice: inout SplitMix64) -> [UInt8] {
        let words = [
            "[[quiet]]", "= =", "\"", "-1", "1e999", "null", "[[[[", "24:00", "\u{0}", "é", "9223372036854775808",
        ]
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &dice) {
            let at = Int.random(in: 0..<max(1, bytes.count), using: &dice)
            let end = min(bytes.count, at + Int.random(in: 1...40, using: &dice))
            switch Int.random(in: 0..<5, using: &dice) {
            case 0: bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &dice)
            case 1: bytes.removeSubrange(at..<end)
            case 2: bytes.insert(contentsOf: bytes[at..<end], at: at)
            case 3: bytes.replaceSubrange(at..<end, with: Array((words.randomElement(using: &dice) ?? "").utf8))
            default: bytes.removeLast(Int.random(in: 0..<bytes.count / 2, using: &dice))
            }
            if bytes.isEmpty { return bytes }
        }
        return bytes
    }
}
