import PatrolCore
import Testing

@testable import PatrolJournal

@Suite struct HistoryTests {
    private let noon: WallTime

    init() throws {
        noon = try utc("2026-11-24T12:00:00Z")
    }

    /// Positions 1…500, one a second from noon, the last 20 of them still waiting for their commit.
    private func afternoon() async throws -> Bench {
        let bench = try Bench()
        for number in Int64(1)...500 {
            bench.journal.append(bench.position(number, time: noon + .seconds(number)))
            bench.clock.advance(by: .seconds(1))
            if number == 480 { try await bench.journal.commit() }
        }
        return bench
    }

    private func numbers(_ bench: Bench, _ query: HistoryQuery) async throws -> [Int64] {
        try await bench.journal.positions(query).map(\.recorded.sequence.rawValue)
    }

    @Test func `a page has its first record at from, and none at to`() async throws {
        let bench = try await afternoon()
        let query = HistoryQuery(from: noon + .seconds(100), to: noon + .seconds(103), limit: 10)
        #expect(try await numbers(bench, query) == [100, 101, 102])
        let fine = HistoryQuery(
            from: noon + .milliseconds(100_001),
            to: noon + .milliseconds(102_001),
            limit: 10
        )
        #expect(try await numbers(bench, fine) == [101, 102])
    }

    @Test func `either end may be open, and waiting positions are part of it`() async throws {
        let bench = try await afternoon()
        #expect(try await numbers(bench, HistoryQuery(from: noon + .seconds(479), limit: 100)) == Array(479...500))
        #expect(try await numbers(bench, HistoryQuery(to: noon + .seconds(3), limit: 100)) == [1, 2])
        #expect(try await numbers(bench, HistoryQuery(limit: 1000)) == Array(1...500))
    }

    @Test func `the last records come newest first`() async throws {
        let bench = try await afternoon()
        let lastThirty = try await numbers(bench, HistoryQuery(order: .newestFirst, limit: 30))
        #expect(lastThirty == (471...500).reversed())
        let before = HistoryQuery(to: noon + .seconds(242), order: .newestFirst, limit: 4)
        #expect(try await numbers(bench, before) == [241, 240, 239, 238])
    }

    @Test(arguments: [HistoryQuery.Order.oldestFirst, .newestFirst], [7, 120, 499, 500, 501])
    func `pages follow each other without gap and without repetition`(
        order: HistoryQuery.Order,
        limit: Int
    ) async throws {
        let bench = try await afternoon()
        var query = HistoryQuery(from: noon, order: order, limit: limit)
        var all: [Int64] = []
        while true {
            let page = try await numbers(bench, query)
            guard let last = page.last else { break }
            all += page
            query.after = SequenceNumber(rawValue: last)
        }
        #expect(all == (order == .oldestFirst ? Array(1...500) : (1...500).reversed()))
    }

    @Test(arguments: [
        (limit: Int.min, count: 0), (-1, 0), (0, 0), (1, 1), (1000, 1000), (1001, 1000), (Int.max, 1000),
    ])
    func `the limit is bounded`(limit: Int, count: Int) async throws {
        let bench = try Bench()
        for number in Int64(1)...1100 { bench.journal.append(bench.position(number)) }
        for _ in 1...2 {
            #expect(try await numbers(bench, HistoryQuery(limit: limit)).count == count)
            #expect(try await numbers(bench, HistoryQuery(order: .newestFirst, limit: limit)).count == count)
            try await bench.journal.commit()
        }
        #expect(try await bench.journal.events(HistoryQuery(limit: limit)).isEmpty)
    }

    @Test(arguments: [Int64.min, -1, 0, 1, 2, .max - 1, .max])
    func `a page may be asked for behind any number`(after: Int64) async throws {
        let bench = try Bench()
        bench.drive(1...2)
        for _ in 1...2 { try await bench.journal.append(bench.event()) }
        bench.drive(3...3)
        try await bench.journal.append(bench.event())
        let after = SequenceNumber(rawValue: after)
        let forward = HistoryQuery(after: after, limit: 9)
        let backward = HistoryQuery(after: after, order: .newestFirst, limit: 9)
        let larger = [SequenceNumber(rawValue: 1), 2, 3].filter { $0 > after }
        let smaller = [SequenceNumber(rawValue: 3), 2, 1].filter { $0 < after }
        #expect(try await bench.journal.positions(forward).map(\.recorded.sequence) == larger)
        #expect(try await bench.journal.positions(backward).map(\.recorded.sequence) == smaller)
        #expect(try await bench.journal.events(forward).map(\.recorded.sequence) == larger)
        #expect(try await bench.journal.events(backward).map(\.recorded.sequence) == smaller)
    }

    @Test func `an empty or reversed span of time has nothing`() async throws {
        let bench = try await afternoon()
        #expect(
            try await numbers(bench, HistoryQuery(from: noon + .seconds(9), to: noon + .seconds(9), limit: 9)).isEmpty
        )
        #expect(try await numbers(bench, HistoryQuery(from: noon + .seconds(9), to: noon, limit: 9)).isEmpty)
    }

    @Test func `a day in 1970 is found, at its midnights too`() async throws {
        let bench = try Bench()
        let times = try [
            "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00Z", "1970-01-01T23:59:59.999Z", "1970-01-02T00:00:00Z",
        ].map { try utc($0) }
        for (index, time) in times.enumerated() {
            var position = bench.position(Int64(index + 1), time: time)
            position.timeMark = .plausible
            bench.journal.append(position)
            try await bench.journal.append(
                Event(.daemonStopped(reason: ""), at: bench.clock.now, time: time)
            )
        }
        let day = HistoryQuery(from: times[1], to: times[3], limit: 9)
        #expect(try await numbers(bench, day) == [2, 3])
        #expect(try await bench.journal.events(day).map(\.recorded.sequence) == [2, 3])
    }

    // MARK: Times that became known later

    @Test(arguments: [false, true])
    func `records from before the clock was trusted are found by the corrected time`(afterRestart: Bool) async throws {
        var bench = try Bench()
        let utcAtBoot = noon.millisecondsSince1970 - 100_000
        bench.drive(1...3)
        let early = try await bench.journal.append(bench.event("early"))
        #expect(try await bench.allPositions().map(\.effectiveTime) == [nil, nil, nil])
        #expect(try await numbers(bench, HistoryQuery(from: noon + .seconds(-86_400), limit: 9)).isEmpty)
        if afterRestart { bench = try await bench.restarted() }
        try await bench.journal.learnClock(
            ClockOffset(utcAtBootMilliseconds: utcAtBoot, source: .gps, uncertaintyMilliseconds: 50)
        )
        bench.journal.append(bench.position(4))
        // The clock stood at 100 s at the first position.
        let positions = try await bench.allPositions()
        #expect(positions.map(\.effectiveTime) == (0...3).map { noon + .seconds($0) })
        #expect(positions.map(\.isCorrected) == [true, true, true, true])
        let query = HistoryQuery(from: noon + .seconds(1), to: noon + .seconds(3), limit: 9)
        #expect(try await numbers(bench, query) == [2, 3])
        let events = try await bench.journal.events(
            HistoryQuery(from: noon + .seconds(3), to: noon + .seconds(4), limit: 9)
        )
        #expect(events.map(\.recorded.sequence) == [early])
        #expect(events.first?.isCorrected == true)
        #expect(events.first?.recorded.record.time == nil, "the record itself stays as it was made")
    }

    @Test func `the clock of one boot says nothing of another`() async throws {
        var bench = try Bench()
        bench.drive(1...2)
        bench = try await bench.restarted(bootID: "boot-b")
        bench.drive(3...4)
        try await bench.journal.learnClock(
            ClockOffset(utcAtBootMilliseconds: noon.millisecondsSince1970, source: .gps, uncertaintyMilliseconds: 50)
        )
        #expect(try await bench.allPositions().map { $0.effectiveTime != nil } == [false, false, true, true])
        #expect(try await numbers(bench, HistoryQuery(from: noon, limit: 9)) == [3, 4])
    }

    @Test(arguments: TimeMark.allCases)
    func `only a plausible receiver's time counts; the boot's clock stands in for every other`(
        mark: TimeMark
    ) async throws {
        let bench = try Bench()
        var position = bench.position(1, time: noon + .seconds(-619_315_200))
        position.timeMark = mark
        bench.journal.append(position)
        try await bench.journal.commit()
        try await bench.journal.learnClock(
            ClockOffset(
                utcAtBootMilliseconds: noon.millisecondsSince1970 - 100_000,
                source: .gps,
                uncertaintyMilliseconds: 50
            )
        )
        let dated = try #require(try await bench.allPositions().first)
        #expect(dated.effectiveTime == (mark == .plausible ? position.time : noon))
        #expect(dated.isCorrected == (mark != .plausible))
        #expect(dated.recorded.record.time == position.time, "stored as the receiver said it")
        let found = try await numbers(bench, HistoryQuery(from: noon, to: noon + .milliseconds(1), limit: 9))
        #expect(found == (mark == .plausible ? [] : [1]))
    }

    @Test func `a clock learned again replaces the first`() async throws {
        let bench = try Bench()
        bench.drive(1...1)
        for hours in Int64(1)...2 {
            let utc = (noon + .seconds(3600 * hours)).millisecondsSince1970
            try await bench.journal.learnClock(
                ClockOffset(utcAtBootMilliseconds: utc, source: .gps, uncertaintyMilliseconds: 50)
            )
        }
        #expect(try await bench.allPositions().first?.effectiveTime == noon + .seconds(7300))
        #expect(try await bench.restarted().allPositions().first?.effectiveTime == noon + .seconds(7300))
    }

    // MARK: Kinds

    @Test func `events are found by kind, alone and with a time`() async throws {
        let bench = try Bench()
        let kinds: [EventKind] = [
            .gpsLost(reason: .noFix), .gpsRestored(afterSeconds: 3), .daemonStopped(reason: ""),
            .gpsLost(reason: .noReports), .clockTrusted(source: .gps, uncertaintyMilliseconds: 1),
        ]
        for (index, kind) in kinds.enumerated() {
            try await bench.journal.append(
                Event(kind, at: bench.clock.now, time: noon + .seconds(index))
            )
        }
        func found(_ kinds: Set<String>, from: WallTime? = nil, _ order: HistoryQuery.Order = .oldestFirst) async throws
            -> [Int64]
        {
            try await bench.journal.events(HistoryQuery(from: from, kinds: kinds, order: order, limit: 9))
                .map(\.recorded.sequence.rawValue)
        }
        #expect(try await found([]) == [1, 2, 3, 4, 5])
        #expect(try await found(["gps.lost"]) == [1, 4])
        #expect(try await found(["gps.lost", "gps.restored"], .newestFirst) == [4, 2, 1])
        #expect(try await found(["gps.lost"], from: noon + .seconds(1)) == [4])
        #expect(try await found(["no.such.kind", "'; DROP TABLE events; --"]).isEmpty)
        #expect(
            try await bench.journal.events(HistoryQuery(kinds: ["gps.lost"], after: 1, limit: 1)).map(
                \.recorded.sequence
            ) == [4]
        )
    }
}
