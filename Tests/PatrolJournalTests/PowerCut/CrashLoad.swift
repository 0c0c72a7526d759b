import DiskPreload
import Foundation
import PatrolCore
import Testing

@testable import PatrolJournal

/// A process that records some 1,000 records a second, until somebody ends it, and notes what it was promised on another disk.
enum CrashLoad {
    static let promisesVariable = "PATROLD_LOAD_PROMISES"
    static let recordsPerSecond = 1000
    /// One event among so many records: 20 commits a second, and one for each event.
    static let recordsPerEvent = 50

    /// - Parameters:
    ///   - work: an empty folder; the journal's will be made in it.
    ///   - folder: on another disk, for the promises and the output.
    static func start(in work: String, noting folder: String) throws -> Process {
        try TestProcess.start(
            "CrashLoadProcess",
            [promisesVariable: folder + "/" + CutWorkload.promises, "TMPDIR": work],
            output: folder + "/output"
        )
    }

    /// What it noted. A line that was cut short is no promise.
    static func promises(in folder: String) -> CutPromises {
        var promised = CutPromises()
        let bytes = FileManager.default.contents(atPath: folder + "/" + CutWorkload.promises) ?? Data()
        let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        _ = promised.note(.write(CutWorkload.promises, offset: 0, bytes: Array(bytes[..<end])))
        return promised
    }

    /// The files of the only folder in `work`; none before there is one.
    static func files(in work: String) throws -> [String: [UInt8]] {
        let manager = FileManager.default
        guard let name = try manager.contentsOfDirectory(atPath: work).first(where: { $0.hasPrefix("patrol-journal") })
        else { return [:] }
        return try manager.contentsOfDirectory(atPath: "\(work)/\(name)").reduce(into: [:]) { files, file in
            files[file] = Array(try Data(contentsOf: URL(filePath: "\(work)/\(name)/\(file)")))
        }
    }
}

@Suite(.enabled(if: ProcessInfo.processInfo.environment[CrashLoad.promisesVariable] != nil, "is run by another test"))
struct CrashLoadProcess {
    @Test func `a thousand records a second, until the end`() async throws {
        let path = try #require(ProcessInfo.processInfo.environment[CrashLoad.promisesVariable])
        let note = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        func promise(_ lines: String) { _ = write(note, lines, lines.utf8.count) }
        let bench = try Bench()
        promise("opened \(bench.journal.id)\n")
        let begin = ContinuousClock.now
        let perEvent = Int64(CrashLoad.recordsPerEvent)
        var positions: Int64 = 0
        var number = 0
        while true {
            number += 1
            bench.drive((positions + 1)...(positions + perEvent - 1))
            positions += perEvent - 1
            let event = try await bench.journal.append(bench.event("event-\(number)"))
            promise("event \(event.rawValue) event-\(number)\npositions \(positions)\n")
            // The pace, in real time: the power is cut in real time.
            let due = begin + .seconds(1) * (number * CrashLoad.recordsPerEvent) / CrashLoad.recordsPerSecond
            try await Task.sleep(until: due, clock: .continuous)
        }
    }
}
