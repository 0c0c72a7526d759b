import Foundation
import PatrolCore
import PatrolWire
import Testing

@testable import PatrolJournal

/// A journal that is older than what it promised.
@Suite struct EpochTests {
    /// Events 1–3 and positions 1–30, and a copy of it; then events 4–6 and positions 31–60, all of it sent.
    private func rolledBack(
        copying names: Set<String> = ["journal.sqlite", "journal.sqlite-wal"]
    ) async throws -> (Bench, JournalID) {
        let bench = try Bench()
        for number in Int64(1)...3 {
            bench.drive((number * 10 - 9)...(number * 10))
            try await bench.journal.append(bench.event("\(number)"))
        }
        let copy = try bench.folder.names().filter(names.contains).map { ($0, try bench.folder.bytes($0)) }
        for number in Int64(4)...6 {
            bench.drive((number * 10 - 9)...(number * 10))
            try await bench.journal.append(bench.event("\(number)"))
        }
        let id = bench.journal.id
        try await bench.journal.close()
        for name in try bench.folder.names() where names.contains(name) { try bench.folder.remove(name) }
        for (name, bytes) in copy { try bench.folder.write(bytes, to: name) }
        return (bench, id)
    }

    @Test func `a file that was rolled back never gives a number twice under one identity`() async throws {
        let (before, id) = try await rolledBack()
        let bench = try Bench(in: before.folder, bootID: "boot-b")
        #expect(bench.journal.id != id)
        #expect(bench.journal.boot == BootNumber(rawValue: 2))
        bench.drive(61...70)
        try await bench.journal.append(bench.event("after"))
        try await bench.journal.checkInvariants()
        var sent: [(JournalID, Int64, String)] = []
        var positions: [(JournalID, Int64)] = []
        while true {
            let batch = try await bench.journal.nextBatch(for: "station", maximumEvents: 9, maximumPositions: 100)
            guard !batch.isEmpty else { break }
            sent += batch.events.map { (batch.journalID, $0.sequence.rawValue, $0.record.name) }
            positions += try batch.positionBlocks.flatMap { try PositionBlockCodec.decode($0) }
                .map { (batch.journalID, $0.record.odometerMetres) }
            try await bench.journal.acknowledge(
                events: batch.eventRange?.upperBound,
                positions: batch.positionRange?.upperBound,
                by: "station"
            )
        }
        #expect(sent.prefix(3).allSatisfy { $0.0 == id } && sent.dropFirst(3).allSatisfy { $0.0 == bench.journal.id })
        #expect(sent.map(\.1).prefix(3) == [1, 2, 3] && sent.dropFirst(3).allSatisfy { $0.1 > 6 })
        #expect(
            sent.dropFirst(3).map(\.2)
                == ["records.dropped", "records.dropped", "journal.epoch", "daemon.stopped"]
        )
        #expect(positions.map(\.1) == Array(1...30) + Array(61...70))
        #expect(positions.filter { $0.0 == id }.count == 30)
        let counts = try await bench.journal.counts()
        #expect(counts.receipted == PerLane(events: [.rolledBack: 3], positions: [.rolledBack: 30]))
        let again = try await bench.restarted(bootID: "boot-b")
        #expect(again.journal.id == bench.journal.id && again.journal.health.incidents.isEmpty)
        try await again.journal.checkInvariants()
    }

    @Test func `if marks and file were rolled back together into another file, that is a copy`() async throws {
        let (before, id) = try await rolledBack(copying: ["journal.sqlite", "journal.sqlite-wal", "journal.marks"])
        let bench = try Bench(in: before.folder, bootID: "boot-b", fileNumber: 8)
        #expect(bench.journal.id != id)
        #expect(bench.journal.health.incidents.first?.contains("the file was copied") == true)
        try await bench.journal.checkInvariants()
    }

    @Test func `if the whole folder was rolled back, a destination that holds more than there is proves it`()
        async throws
    {
        let (before, id) = try await rolledBack(copying: ["journal.sqlite", "journal.sqlite-wal", "journal.marks"])
        let bench = try Bench(in: before.folder, bootID: "boot-b")
        #expect(bench.journal.id == id, "nothing on the cart can tell")
        for number in Int64(1)...2 {
            bench.drive((number * 10 + 90)...(number * 10 + 99))
            try await bench.journal.append(bench.event("new \(number)"))
        }
        // It takes 31–50 for repeats, and says that it holds 60.
        try await bench.journal.acknowledge(events: 4, positions: 40, by: "station")
        let said = PerLane<SequenceNumber?>(events: 6, positions: 60)
        var random = SystemRandomNumberGenerator()
        #expect(try await !bench.journal.heldBeyond(said, under: .random(using: &random), by: "station"))
        let within = PerLane<SequenceNumber?>(events: 5, positions: nil)
        #expect(try await !bench.journal.heldBeyond(within, under: id, by: "station"))
        #expect(try await bench.journal.heldBeyond(said, under: id, by: "station"))
        #expect(bench.journal.id != id)
        let batch = try await bench.journal.nextBatch(for: "station", maximumEvents: 9, maximumPositions: 100)
        #expect(batch.journalID == bench.journal.id)
        #expect(batch.eventRange == 4...6 && batch.positionRange == 31...50)
        #expect(batch.events.last?.record.name == "journal.epoch")
        try await bench.journal.checkInvariants()
        // A receiver that goes on saying so is not believed again.
        #expect(try await !bench.journal.heldBeyond(PerLane(both: 999), under: bench.journal.id, by: "station"))
        let after = try await bench.restarted(bootID: "boot-b")
        #expect(after.journal.id == bench.journal.id)
        try await after.journal.checkInvariants()
    }

    @Test func `missing marks begin a new epoch, once`() async throws {
        let bench = try Bench()
        try await bench.journal.append(bench.event())
        try await bench.journal.close()
        try bench.folder.remove("journal.marks")
        let after = try Bench(in: bench.folder)
        #expect(after.journal.id != bench.journal.id)
        let again = try await after.restarted()
        #expect(again.journal.id == after.journal.id)
        try await again.journal.checkInvariants()
    }

    @Test func `a missing file beside its marks begins a new epoch above all that may have been given`() async throws {
        let bench = try Bench()
        bench.drive(1...30)
        try await bench.journal.append(bench.event())
        try await bench.journal.close()
        try bench.folder.remove("journal.sqlite")
        let after = try Bench(in: bench.folder)
        #expect(after.journal.id != bench.journal.id)
        #expect(try await after.journal.append(after.event()) > 1)
        #expect(try await after.journal.counts().receipted.positions == [.rolledBack: 30])
        try await after.journal.checkInvariants()
    }

    @Test func `kills, power cuts and restarts begin none`() async throws {
        var bench = try Bench()
        let id = bench.journal.id
        for round in Int64(1)...20 {
            bench.drive((round * 150 - 149)...(round * 150))
            if round % 3 == 0 { try await bench.journal.append(bench.event()) }
            try await bench.journal.commit()
            bench =
                try round % 4 == 0
                ? await bench.restarted(bootID: "boot-\(round)") : bench.afterPowerCut(bootID: "boot-\(round)")
            #expect(bench.journal.id == id && bench.journal.health.incidents.isEmpty, "round \(round)")
            try await bench.journal.checkInvariants()
        }
        #expect(bench.journal.health.durable.positions == 3000, "no number was left out either")
    }

    @Test func `numbers are set apart before they are given`() async throws {
        let bench = try Bench()
        for number in Int64(0)..<30 {
            bench.drive((number * 100 + 1)...(number * 100 + 100))
            try await bench.journal.commit()
            let marks = try #require(await bench.journal.currentMarks())
            #expect(marks.reserved.positions >= bench.journal.health.durable.positions)
            let written = try bench.folder.bytes("journal.marks")
            #expect(written.count == 2 * MarksFile.slotBytes)
        }
    }

    @Test func `marks are read back as they were, and not at all with a flipped bit`() throws {
        var random = SplitMix64(seed: 3)
        var marks = JournalMarks(
            machine: [UInt8](repeating: 9, count: 16),
            file: .max,
            reserved: PerLane(events: 1, positions: 2),
            durable: PerLane(events: 3, positions: 4),
            boot: BootNumber(rawValue: 5),
            isClean: true,
            dropped: PerLane(events: 6, positions: 7),
            epochs: []
        )
        for number in Int64(1)...70 {
            marks.epochs.append(
                Epoch(number: number, id: .random(using: &random), first: PerLane(both: 8), reason: "kept in the marks")
            )
        }
        var bytes = MarksCoding.encode(marks, generation: 77)
        marks.epochs.removeFirst(10)
        let decoded = try #require(MarksCoding.decode(bytes))
        #expect(decoded.0 == 77 && decoded.1 == marks)
        for _ in 0..<200 {
            let bit = Int.random(in: 0..<(bytes.count * 8), using: &random)
            bytes[bit / 8] ^= 1 << (bit % 8)
            #expect(MarksCoding.decode(bytes) == nil)
            bytes[bit / 8] ^= 1 << (bit % 8)
        }
    }

    @Test func `a torn slot leaves the one before it`() async throws {
        let bench = try Bench()
        for number in Int64(0)..<25 {
            bench.drive((number * 100 + 1)...(number * 100 + 100))
            try await bench.journal.append(bench.event())
        }
        let id = bench.journal.id
        for slot in 0...1 {
            let copy = try bench.folder.copyAfterPowerCut()
            var bytes = try copy.bytes("journal.marks")
            bytes.replaceSubrange((slot * 4096)..<(slot * 4096 + 2048), with: [UInt8](repeating: 0xFF, count: 2048))
            try copy.write(bytes, to: "journal.marks")
            let after = try Bench(in: copy, bootID: "boot-b")
            #expect(after.journal.id == id, "slot \(slot)")
            try await after.journal.checkInvariants()
        }
    }
}
