import PatrolCore
import Testing

@testable import PatrolJournal

@Suite struct EventTests {
    @Test func `an event is on disk when append returns`() async throws {
        let bench = try Bench()
        for number in 1...20 {
            let sequence = try await bench.journal.append(bench.event("number \(number)"))
            #expect(sequence == SequenceNumber(rawValue: Int64(number)))
            let cut = try bench.afterPowerCut()
            #expect(cut.journal.health.durable.events == sequence)
            #expect(try await cut.allEvents().last?.recorded.record.details == ["reason": .string("number \(number)")])
        }
    }

    @Test(arguments: Self.events)
    func `every kind of event comes back as it was recorded`(event: Event) async throws {
        var bench = try Bench()
        try await bench.journal.append(event)
        bench = try await bench.restarted(bootID: "boot-b")
        let stored = try #require(try await bench.allEvents().first?.recorded)
        #expect(stored.sequence == 1)
        #expect(stored.boot == BootNumber(rawValue: 1))
        #expect(stored.record == StoredEvent(event))
    }

    private static let events: [Event] = {
        let at = Instant(millisecondsSinceBoot: 12_345)
        let time = WallTime(millisecondsSince1970: 1_795_525_200_123)
        let corner = Coordinate(latitudeE7: -900_000_000, longitudeE7: 1_800_000_000)
        return [
            Event(.daemonStarted(version: "1.0 \"β\"", lastRunEndedWithoutStop: true), at: at),
            Event(.daemonStopped(reason: ""), at: at, time: time),
            Event(.gpsLost(reason: .noFix), at: at, time: time, coordinate: corner),
            Event(.gpsRestored(afterSeconds: .max), at: at, time: WallTime(millisecondsSince1970: 0)),
            Event(.gpsRejectedJump(distanceMetres: 20_000_000, seconds: 0.1), at: at),
            Event(.clockStepped(byMilliseconds: -619_315_200_000, source: .gps), at: at),
            Event(.clockTrusted(source: .gps, uncertaintyMilliseconds: 0), at: Instant(nanosecondsSinceBoot: 0)),
            Event(.uploadHeld(destination: "station", reason: "401 西彭\n"), at: at),
            Event(.recordQuarantined(destination: "s", lane: .events, 1, reason: "400 坏\n"), at: at),
            Event(.recordReleased(destination: "s", lane: .positions, 9), at: at),
            Event(.recordsRetried(destination: "s", count: 2, by: "uid 0"), at: at),
            Event(.recordsDropped(lane: .positions, first: 1, last: 9, count: 9, reason: "full"), at: at),
        ]
    }()

    @Test func `an event takes the waiting positions with it`() async throws {
        let bench = try Bench()
        bench.drive(1...3)
        try await bench.journal.append(bench.event())
        #expect(bench.journal.health.durable.positions == 3)
        #expect(bench.journal.health.pendingPositions == 0)
    }

    @Test func `numbers go on after a restart, even where the newest records are gone`() async throws {
        var bench = try Bench()
        for _ in 1...5 { try await bench.journal.append(bench.event()) }
        bench.drive(1...130)
        try await bench.journal.commit()
        try await bench.journal.execute("DELETE FROM events WHERE sequence > 2")
        try await bench.journal.execute("DELETE FROM position_blocks")
        bench = try await bench.restarted()
        #expect(try await bench.journal.append(bench.event()) > 6)
        bench.drive(131...131)
        #expect(try await bench.allPositions().map(\.recorded.sequence).allSatisfy { $0 > 130 })
        let counts = try await bench.journal.counts()
        #expect(counts.receipted == PerLane(events: [.rolledBack: 3], positions: [.rolledBack: 130]))
        try await bench.journal.checkInvariants()
    }
}
