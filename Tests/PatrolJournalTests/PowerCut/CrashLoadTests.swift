import Foundation
import PatrolCore
import Testing

@testable import PatrolJournal

/// `make torture`: a process that records 1,000 records a second is killed, or loses its file system, at any moment.
@Suite(
    .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["PATROLD_TORTURE"] != nil, "PATROLD_TORTURE is not set")
)
struct CrashLoadTests {
    private static let rounds = 60
    private static let environment = ProcessInfo.processInfo.environment
    private static let seed =
        environment["PATROLD_CUT"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...999_999)

    @Test func `kill -9 at 1,000 records a second`() async throws {
        var generator = SplitMix64(seed: Self.seed)
        var verdict = CutVerdict()
        var records = 0
        for round in 1...Self.rounds {
            let work = try TemporaryFolder()
            let notes = try TemporaryFolder()
            let process = try CrashLoad.start(in: work.path, noting: notes.path)
            try await Self.pause(using: &generator)
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            let promised = CrashLoad.promises(in: notes.path)
            records += promised.events.count + Int(promised.lastPosition)
            let files = try CrashLoad.files(in: work.path)
            try await verdict.look(at: files, promised, "round \(round)")
        }
        print("kill -9 \(Self.rounds) times, seed \(Self.seed): \(records) records were promised; \(verdict)")
        #expect(verdict.opened == Self.rounds && verdict.problems.isEmpty)
        #expect(records > Self.rounds * 500)
    }

    @Test func `the power is cut: ext4 shut down without a flush of its log`() async throws {
        var generator = SplitMix64(seed: Self.seed)
        var verdict = CutVerdict()
        var records = 0
        let home = try TemporaryFolder()
        guard let disk = try LoopDisk(in: home.path) else { return }
        for round in 1...Self.rounds {
            try disk.mount()
            let work = "\(disk.mountPoint)/\(round)"
            try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: false)
            sync()
            let notes = try TemporaryFolder()
            let process = try CrashLoad.start(in: work, noting: notes.path)
            try await Self.pause(using: &generator)
            try disk.cutPower()
            // Whatever it does now fails, or it has ended by that.
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            try disk.unmount()
            try disk.mount()
            let promised = CrashLoad.promises(in: notes.path)
            records += promised.events.count + Int(promised.lastPosition)
            let files = try CrashLoad.files(in: work)
            try await verdict.look(at: files, promised, "round \(round)")
            try FileManager.default.removeItem(atPath: work)
            try disk.unmount()
        }
        print("power cut \(Self.rounds) times, seed \(Self.seed): \(records) records were promised; \(verdict)")
        #expect(verdict.opened == Self.rounds && verdict.problems.isEmpty)
        #expect(records > Self.rounds * 500)
    }

    /// The moment nobody chose. A process takes half a second to begin.
    private static func pause(using generator: inout SplitMix64) async throws {
        try await Task.sleep(for: .milliseconds(Int.random(in: 300...5000, using: &generator)))
    }
}
