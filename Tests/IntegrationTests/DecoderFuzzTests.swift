import Foundation
import Glibc
import PatrolCore
import Testing

/// `make fuzz`: sound files with damage, fed to both commands of the player.
///
/// The decoders are C libraries that parse what somebody put on a memory stick. Whatever the file, the player must say
/// what is wrong and leave with one of its exit codes: no signal, no hang.
@Suite(
    "Damaged sound files",
    .enabled(if: ProcessInfo.processInfo.environment["PATROLD_FUZZ"] != nil, "PATROLD_FUZZ is not set")
)
struct DecoderFuzzTests {
    /// How long one file may take; a whole one takes some 20 ms.
    static let limit = 10.0

    @Test("No damage crashes or hangs the player")
    func decoders() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seconds = try #require(environment["PATROLD_FUZZ"].flatMap { Double($0) }, "PATROLD_FUZZ is in seconds")
        let seed = environment["PATROLD_FUZZ_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: .min ... .max)
        print("PATROLD_FUZZ_SEED=\(seed)")
        var dice = SplitMix64(seed: seed)
        let folder = try TemporaryFolder()
        let originals = try Self.originals(in: folder, using: &dice)
        let end = ContinuousClock.now + .seconds(seconds)
        var outcomes: [String: Int] = [:]
        var files = 0
        while ContinuousClock.now < end {
            let original = originals[Int.random(in: 0..<originals.count, using: &dice)]
            let bytes = Damage.apply(to: original.bytes, others: originals.map(\.bytes), using: &dice)
            let path = folder.path("damaged.\(original.format.rawValue)")
            try Data(bytes).write(to: URL(filePath: path))
            files += 1
            for command in ["check", "play"] {
                let outcome = try await Self.outcome(of: command, path)
                outcomes["\(command) \(outcome.name)", default: 0] += 1
                guard outcome.isBad else { continue }
                let kept = "/tmp/patrold-fuzz-\(seed)-\(files).\(original.format.rawValue)"
                try Data(bytes).write(to: URL(filePath: kept))
                Issue.record("patrol-player \(command) \(kept): \(outcome.name)")
            }
        }
        print("\(files) files in \(seconds) s")
        for (name, count) in outcomes.sorted(by: { $0.key < $1.key }) { print("  \(name): \(count)") }
        #expect(files > 0)
        // A fuzzer that only makes files which nobody opens tests nothing.
        #expect(outcomes["check code 0", default: 0] > 0 && outcomes["check code 2", default: 0] > 0)
    }

    private struct Original {
        var format: TestClip.Format
        var bytes: [UInt8]
    }

    private static func originals(in folder: TemporaryFolder, using dice: inout SplitMix64) throws -> [Original] {
        var originals: [Original] = []
        for format in TestClip.Format.allCases {
            for (rate, channels) in [(8000, 1), (44_100, 2)] {
                let path = folder.path("whole.\(format.rawValue)")
                let clip = TestClip(format: format, rate: rate, sound: .noise, channels: channels, seconds: 0.3)
                try clip.write(to: path, using: &dice)
                originals.append(Original(format: format, bytes: Array(try Data(contentsOf: URL(filePath: path)))))
            }
        }
        return originals
    }

    private static func outcome(of command: String, _ path: String) async throws -> (name: String, isBad: Bool) {
        let log = path + ".log"
        try Data().write(to: URL(filePath: log))
        let child = try Child(
            try #require(Surroundings.programs) + "/patrol-player",
            [command] + (command == "play" ? ["--device", "null"] : []) + [path],
            environment: [:],
            hasInput: true,
            output: .file(log)
        )
        guard let code = try? await child.awaitEnd(within: limit).code else { return ("hangs", true) }
        guard code >= 0 else { return ("signal \(-code)", true) }
        let output = String(decoding: try Data(contentsOf: URL(filePath: log)), as: UTF8.self)
        // The last line always says how it went.
        let last = output.split(separator: "\n").last.map { Data($0.utf8) } ?? Data()
        let isJSON = (try? JSONSerialization.jsonObject(with: last)) is [String: Any]
        return ("code \(code)", ![0, 2].contains(code) || !isJSON)
    }
}

/// What happens to files.
enum Damage {
    /// One to four kinds of damage in a row.
    static func apply(to original: [UInt8], others: [[UInt8]], using dice: inout SplitMix64) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &dice) where !bytes.isEmpty {
            // Half of it hits the head, where the structure is.
            let reach = Bool.random(using: &dice) ? min(bytes.count, 128) : bytes.count
            let place = Int.random(in: 0..<reach, using: &dice)
            let length = Int.random(in: 1...min(64, bytes.count - place), using: &dice)
            switch Int.random(in: 0..<7, using: &dice) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &dice)
            case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &dice) ?? 0
            case 2: for index in place..<place + length { bytes[index] = UInt8.random(in: .min ... .max, using: &dice) }
            case 3: bytes.removeSubrange(place..<place + length)
            case 4: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
            case 5: bytes.removeLast(bytes.count - place)
            default:
                let other = others[Int.random(in: 0..<others.count, using: &dice)]
                bytes.replaceSubrange(place..., with: other.dropFirst(place))
            }
        }
        return bytes
    }
}
