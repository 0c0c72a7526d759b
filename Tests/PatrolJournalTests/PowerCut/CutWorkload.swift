import DiskPreload
import Foundation
import PatrolCore
import Testing

@testable import PatrolJournal

/// What a process does with a journal while ``DiskPreload`` writes down what reaches the disk. It notes, on the same disk,
/// what it was promised: so the promises stand at their places in the record.
enum CutWorkload {
    static let seedVariable = "PATROLD_CUT_SEED"
    static let stepsVariable = "PATROLD_CUT_STEPS"
    static let folderVariable = "PATROLD_CUT_FOLDER"
    /// The file of the promises.
    static let promises = "promises"

    /// What one line of the file says.
    enum Promise {
        /// A journal was opened under this identity.
        case opened(String)
        /// `append` returned for an event with this reason.
        case event(Int64, String)
        /// A commit returned; positions up to this one are durable.
        case positions(Int64)
        /// The workload is over.
        case end

        init?(_ line: Substring) {
            let words = line.split(separator: " ").map(String.init)
            switch (words.first, words.dropFirst().first.flatMap { Int64($0) }) {
            case ("opened", _) where words.count == 2: self = .opened(words[1])
            case ("event", let number?) where words.count == 3: self = .event(number, words[2])
            case ("positions", let number?): self = .positions(number)
            case ("end", _): self = .end
            default: return nil
            }
        }
    }

    /// Runs it in a process of its own.
    /// - Returns: what reached its disk.
    static func record(seed: UInt64, steps: Int) throws -> DiskRecord {
        let folder = try TemporaryFolder()
        let work = folder.path + "/work"
        try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: false)
        let disk = try DiskPreload(in: folder.path, watching: [work], recordingTo: folder.path + "/record")
        let output = folder.path + "/output"
        let process = try TestProcess.start(
            "CutWorkloadProcess",
            disk.environment.merging([
                seedVariable: "\(seed)", stepsVariable: "\(steps)", folderVariable: work, "TMPDIR": work,
            ]) { $1 },
            output: output
        )
        process.waitUntilExit()
        let said = try String(contentsOfFile: output, encoding: .utf8)
        try #require(process.terminationStatus == 0, "\(said)")
        return try DiskRecord(contentsOf: folder.path + "/record")
    }
}

@Suite(.enabled(if: ProcessInfo.processInfo.environment[CutWorkload.seedVariable] != nil, "is run by another test"))
struct CutWorkloadProcess {
    @Test func `a workload under a recorded disk`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = try #require(environment[CutWorkload.seedVariable].flatMap { UInt64($0) })
        let steps = try #require(environment[CutWorkload.stepsVariable].flatMap { Int($0) })
        let folder = try #require(environment[CutWorkload.folderVariable])
        let note = open(folder + "/" + CutWorkload.promises, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        func promise(_ line: String) { _ = write(note, line + "\n", line.utf8.count + 1) }

        var generator = SplitMix64(seed: seed)
        var bench = try Bench()
        promise("opened \(bench.journal.id)")
        var positions: Int64 = 0
        var boots = 0
        for step in 1...steps {
            switch Int.random(in: 0..<100, using: &generator) {
            case 0..<60:
                let count = Int64.random(in: 1...20, using: &generator)
                bench.drive((positions + 1)...(positions + count))
                positions += count
                try await bench.journal.commit()
                promise("positions \(positions)")
            case 60..<85:
                let state = KeptState(name: "step", details: ["number": .integer(Int64(step))])
                let number = try await bench.journal.append(bench.event("event-\(step)"), keeping: state)
                promise("event \(number.rawValue) event-\(step)")
                promise("positions \(positions)")
            case 85..<95:
                let batch = try await bench.journal.nextBatch(
                    for: "station",
                    maximumEvents: 20,
                    maximumPositions: 240
                )
                promise("positions \(positions)")
                try await bench.journal.acknowledge(
                    events: batch.eventRange?.upperBound,
                    positions: batch.positionRange?.upperBound,
                    by: "station"
                )
            default:
                boots += 1
                bench = try await bench.restarted(bootID: "boot-\(boots)")
                promise("opened \(bench.journal.id)")
            }
        }
        promise("end")
    }
}
