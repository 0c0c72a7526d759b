import DiskPreload
import Foundation
import PatrolCore
import Testing

@testable import PatrolJournal

/// The power is cut after each change of the disk, and each of the states that this may leave is opened.
///
/// `make torture` tries them all; `make test` so many as fit into half a minute. PATROLD_CUT replays a seed.
@Suite(.serialized, .enabled(if: DiskPreload.isPossible, "no C compiler: no power was cut"))
struct CutTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let isTorture = environment["PATROLD_TORTURE"] != nil
    private static let seed = environment["PATROLD_CUT"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...999_999)
    private static let tried = isTorture ? 12_000 : 250

    @Test func `whatever a power cut leaves opens by itself, with all that was promised, unaltered`() async throws {
        let changes = try CutWorkload.record(seed: Self.seed, steps: Self.isTorture ? 800 : 150).changes
        let verdict = try await cut(changes, states: Self.tried)
        print("power cuts, seed \(Self.seed): \(changes.count) changes of the disk, \(verdict)")
        #expect(verdict.opened == verdict.tried && verdict.tried > Self.tried * 9 / 10)
        #expect(verdict.problems.isEmpty, "PATROLD_CUT=\(Self.seed), \(verdict.problems.count) problems")
    }

    /// The same eyes on a disk whose syncs do nothing, as some cards have it: they must see that records are lost.
    @Test func `on a disk that lies about its syncs, the losses are seen`() async throws {
        let changes = try CutWorkload.record(seed: Self.seed, steps: 60).changes.filter {
            if case .syncFile = $0 { false } else { true }
        }
        let verdict = try await cut(changes, states: 40)
        print("power cuts on a disk that lies, seed \(Self.seed): \(verdict)")
        #expect(!verdict.problems.isEmpty)
    }

    /// - Parameter states: how many are opened; about, for the record goes on a little after the workload.
    private func cut(_ changes: [DiskRecord.Change], states: Int) async throws -> CutVerdict {
        var generator = SplitMix64(seed: Self.seed)
        var places: [Int: [PowerCutDisk.Manner]] = [:]
        for number in 0..<states {
            // In turn where there are enough, so that each place is tried before the second time anywhere.
            let place =
                states > changes.count ? number % changes.count : Int.random(in: 0..<changes.count, using: &generator)
            places[place, default: []].append(
                PowerCutDisk.Manner.allCases.randomElement(using: &generator) ?? .everything
            )
        }
        var disk = PowerCutDisk()
        var promised = CutPromises()
        var verdict = CutVerdict()
        for (place, change) in changes.enumerated() {
            disk.apply(change)
            guard promised.note(change) else { break }
            for manner in places[place] ?? [] {
                var left = disk.afterCut(manner, using: &generator)
                left[CutWorkload.promises] = nil
                try await verdict.look(at: left, promised, "change \(place) of \(changes.count), \(manner)")
            }
        }
        return verdict
    }
}

/// What was promised up to a place in the record.
struct CutPromises {
    var journalID = ""
    var events: [Int64: String] = [:]
    var lastPosition: Int64 = 0

    /// - Returns: `false` at the end of the workload.
    mutating func note(_ change: DiskRecord.Change) -> Bool {
        guard case .write(CutWorkload.promises, _, let bytes) = change else { return true }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            switch CutWorkload.Promise(line) {
            case .opened(let id): journalID = id
            case .event(let number, let reason): events[number] = reason
            case .positions(let last): lastPosition = last
            case .end: return false
            case nil: Issue.record("not a promise: \(line)")
            }
        }
        return true
    }
}
