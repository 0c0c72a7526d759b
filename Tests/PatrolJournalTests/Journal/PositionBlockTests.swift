import PatrolCore
import PatrolWire
import Testing

@testable import PatrolJournal

@Suite struct PositionBlockTests {
    @Test func `the open block is one row, written again with every commit`() async throws {
        let bench = try Bench()
        for commit in Int64(1)...12 {
            bench.drive((commit * 10 - 9)...(commit * 10))
            try await bench.journal.commit()
            #expect(try await bench.journal.blockRanges() == [1...(commit * 10)])
            try await bench.journal.checkInvariants()
        }
        bench.drive(121...121)
        try await bench.journal.commit()
        #expect(try await bench.journal.blockRanges() == [1...120, 121...121])
    }

    @Test func `a block closes when it is full, in the middle of a commit too`() async throws {
        let bench = try Bench()
        bench.drive(1...100)
        try await bench.journal.commit()
        // 400 positions in five minutes' time, so that only the size closes blocks.
        for number in Int64(101)...400 {
            bench.journal.append(bench.position(number))
            bench.clock.advance(by: .milliseconds(100))
        }
        try await bench.journal.commit()
        #expect(try await bench.journal.blockRanges() == [1...120, 121...240, 241...360, 361...400])
        #expect(try await bench.odometers() == Array(1...400))
        try await bench.journal.checkInvariants()
    }

    @Test(arguments: [(seconds: Int64(299), blocks: 1), (300, 2), (301, 2)])
    func `a block closes after five minutes`(seconds: Int64, blocks: Int) async throws {
        let bench = try Bench()
        bench.journal.append(bench.position(1))
        try await bench.journal.commit()
        bench.clock.advance(by: .seconds(seconds))
        bench.journal.append(bench.position(2))
        try await bench.journal.commit()
        #expect(try await bench.journal.blockRanges().count == blocks)
    }

    @Test func `a block is not continued after a restart, in the same boot or in another`() async throws {
        var bench = try Bench()
        bench.drive(1...5)
        bench = try await bench.restarted(bootID: "boot-a")
        bench.drive(6...7)
        bench = try await bench.restarted(bootID: "boot-b")
        bench.drive(8...9)
        try await bench.journal.commit()
        #expect(try await bench.journal.blockRanges() == [1...5, 6...7, 8...9])
        let boots = try await bench.allPositions().map(\.recorded.boot.rawValue)
        #expect(boots == [1, 1, 1, 1, 1, 1, 1, 2, 2])
        try await bench.journal.checkInvariants()
    }

    @Test func `an upload takes what an open block has, and the block grows on until it is full`() async throws {
        let bench = try Bench()
        bench.drive(1...30)
        let batch = try await bench.journal.nextBatch(for: "station", maximumEvents: 0, maximumPositions: 1200)
        #expect(batch.positionRange == 1...30)
        for upload in Int64(1)...4 {
            let sent = SequenceNumber(rawValue: upload * 30)
            let end = SequenceNumber(rawValue: sent.rawValue + 30)
            try await bench.journal.acknowledge(events: nil, positions: sent, by: "station")
            bench.drive(sent.next.rawValue...end.rawValue)
            let next = try await bench.journal.nextBatch(for: "station", maximumEvents: 0, maximumPositions: 1200)
            #expect(next.positionRange == sent.next...end)
        }
        #expect(try await bench.journal.blockRanges() == [1...120, 121...150])
        try await bench.journal.checkInvariants()
    }

    @Test func `a commit without anything new writes nothing`() async throws {
        let bench = try Bench()
        bench.drive(1...3)
        try await bench.journal.commit()
        let size = try bench.folder.logBytes()
        let last = bench.journal.health.lastCommit
        bench.clock.advance(by: .seconds(60))
        try await bench.journal.commit()
        #expect(try bench.folder.logBytes() == size)
        #expect(bench.journal.health.lastCommit == last)
    }

    @Test func `a position comes back as it was given, its instant cut to a tenth of a second`() async throws {
        let bench = try Bench()
        bench.clock.advance(by: .milliseconds(1_279))
        var given = bench.position(5, time: try utc("1999-08-22T00:00:00.250Z"))
        given.altitudeDecimetres = -4_300
        given.timeMark = .weekRollover
        given.status = 2
        bench.journal.append(given)
        given.receivedAt = Instant(millisecondsSinceBoot: 101_200)
        let before = try await bench.allPositions()
        #expect(before.map(\.recorded.record) == [given])
        try await bench.journal.commit()
        #expect(try await bench.allPositions() == before, "the same before and after the commit")
    }

    @Test func `a position that no block can carry does not hold up the others, and is counted`() async throws {
        let bench = try Bench()
        bench.drive(1...3)
        try await bench.journal.commit()
        for number in Int64(4)...9 {
            var position = bench.position(number)
            if number % 4 == 0 { position.courseDecidegrees = 3600 }
            bench.journal.append(position)
        }
        try await bench.journal.append(bench.event())
        #expect(bench.journal.health.droppedPositions == 2)
        #expect(bench.journal.health.failure == nil)
        #expect(try await bench.odometers() == [1, 2, 3, 5, 6, 7, 9])
        #expect(try await bench.allPositions().map(\.recorded.sequence.rawValue) == [1, 2, 3, 6, 7, 8, 9])
        #expect(try await bench.journal.counts().receipted.positions == [.unencodable: 2])
        try await bench.journal.checkInvariants()
    }

    @Test func `a time that runs backwards is kept as it comes`() async throws {
        let bench = try Bench()
        let times = try [
            "2026-11-24T13:00:00Z", "2007-04-08T13:00:00Z", "1970-01-01T00:00:00Z", "2026-11-24T13:00:01Z",
        ]
        .map { try utc($0) }
        for (index, time) in times.enumerated() { bench.journal.append(bench.position(Int64(index), time: time)) }
        try await bench.journal.commit()
        #expect(try await bench.allPositions().map(\.recorded.record.time) == times)
        try await bench.journal.checkInvariants()
    }
}
