import PatrolCore
import PatrolWire
import Testing

@testable import PatrolJournal

/// A journal next to a simple picture of what it should hold: everything that can happen to one, in random order, and
/// after each step the invariants and the picture are compared.
@Suite struct ModelTests {
    @Test(arguments: [UInt64(1), 2, 3, 5])
    func `whatever happens in whatever order, the journal holds what it should`(seed: UInt64) async throws {
        var model = try Model(seed: seed)
        for step in 1...60 {
            let done = try await model.step()
            try await model.check("seed \(seed), step \(step): \(done)")
        }
    }
}

private struct Model {
    private var generator: SplitMix64
    private var bench: Bench
    private var boots = 1
    private var produced: Int64 = 0
    private var durable: [Int64] = []
    private var waiting: [Int64] = []
    private var events: [String] = []
    private var acknowledged: [String: PerLane<SequenceNumber>] = [:]
    /// As far as it is on disk.
    private var keptCursors: [String: PerLane<SequenceNumber>] = [:]

    init(seed: UInt64) throws {
        generator = SplitMix64(seed: seed)
        bench = try Bench(bootID: "boot-1")
    }

    mutating func step() async throws -> String {
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<35: return drive()
        case 35..<50:
            try await bench.journal.commit()
            becomeDurable()
            return "commit"
        case 50..<60:
            let reason = "event \(events.count)"
            events.append(reason)
            let sequence = try await bench.journal.append(bench.event(reason))
            #expect(sequence.rawValue == Int64(events.count))
            becomeDurable()
            return reason
        case 60..<80: return try await upload()
        case 80..<85:
            let utc = Int64.random(in: 1_795_000_000_000...1_796_000_000_000, using: &generator)
            try await bench.journal.learnClock(
                ClockOffset(utcAtBootMilliseconds: utc, source: .gps, uncertaintyMilliseconds: 20)
            )
            becomeDurable()
            return "clock \(utc)"
        case 85..<92:
            if Bool.random(using: &generator) { boots += 1 }
            bench = try await bench.restarted(bootID: "boot-\(boots)")
            becomeDurable()
            return "restart"
        default:
            boots += 1
            bench = try bench.afterPowerCut(bootID: "boot-\(boots)")
            waiting = []
            acknowledged = keptCursors
            return "power cut"
        }
    }

    private mutating func drive() -> String {
        let count = Int64.random(in: 1...100, using: &generator)
        for _ in 1...count {
            produced += 1
            bench.journal.append(bench.position(produced))
            waiting.append(produced)
            bench.clock.advance(by: .milliseconds(Int64.random(in: 0...20_000, using: &generator)))
        }
        return "\(count) positions"
    }

    private mutating func upload() async throws -> String {
        let destination = ["station", "backup"].randomElement(using: &generator) ?? "station"
        let maximumEvents = Int.random(in: 0...5, using: &generator)
        let maximumPositions = [0, 1, 2, 50, 120, 1200].randomElement(using: &generator) ?? 0
        let batch = try await bench.journal.nextBatch(
            for: destination,
            maximumEvents: maximumEvents,
            maximumPositions: maximumPositions
        )
        if !waiting.isEmpty { becomeDurable() }
        let cursor = acknowledged[destination] ?? PerLane(events: .none, positions: .none)
        let positions = try batch.positionBlocks.flatMap { try PositionBlockCodec.decode($0) }
        expectPrefix(
            positions.map(\.record.odometerMetres),
            of: durable.dropFirst(Int(cursor.positions.rawValue)),
            maximum: maximumPositions
        )
        expectPrefix(
            batch.events.map(\.record.details),
            of: events.dropFirst(Int(cursor.events.rawValue)).map { ["reason": .string($0)] },
            maximum: maximumEvents
        )
        #expect(positions.first?.sequence == batch.positionRange?.lowerBound)
        #expect(positions.last?.sequence == batch.positionRange?.upperBound)
        // The present boot is always named: the header's `latest` belongs to it.
        let boots = positions.map(\.boot) + batch.events.map(\.boot) + [bench.journal.boot]
        #expect(Set(batch.boots.map(\.number)) == Set(boots))
        if Bool.random(using: &generator) {
            var cursor = cursor
            if let last = batch.positionRange?.upperBound {
                try await bench.journal.acknowledge(events: nil, positions: last, by: destination)
                cursor.positions = last
            }
            if let last = batch.eventRange?.upperBound {
                try await bench.journal.acknowledge(events: last, positions: nil, by: destination)
                cursor.events = last
            }
            if !batch.isEmpty { acknowledged[destination] = cursor }
        }
        return "upload of \(maximumEvents) and \(maximumPositions) to \(destination)"
    }

    private func expectPrefix<Element: Equatable>(
        _ part: [Element],
        of all: some Collection<Element>,
        maximum: Int
    ) {
        #expect(part == Array(all.prefix(part.count)))
        #expect(part.count <= maximum)
        #expect(!part.isEmpty || maximum == 0 || all.isEmpty)
    }

    private mutating func becomeDurable() {
        durable += waiting
        waiting = []
        keptCursors = acknowledged
    }

    func check(_ comment: String) async throws {
        let comment = Comment(rawValue: comment)
        try await bench.journal.checkInvariants()
        let health = bench.journal.health
        #expect(health.durable.positions.rawValue == Int64(durable.count), comment)
        #expect(health.durable.events.rawValue == Int64(events.count), comment)
        #expect(health.pendingPositions == waiting.count, comment)
        #expect(try await bench.odometers() == durable + waiting, comment)
        #expect(await bench.journal.destinations() == acknowledged.keys.sorted(), comment)
        for (destination, cursor) in acknowledged {
            let backlog = try await bench.journal.backlog(of: destination)
            #expect(backlog.events.count == Int64(events.count) - cursor.events.rawValue, comment)
            #expect(
                backlog.positions.count == Int64(durable.count + waiting.count) - cursor.positions.rawValue,
                comment
            )
        }
    }
}
