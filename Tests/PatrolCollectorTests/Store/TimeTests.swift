import PatrolCore
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("The time by which a record is found")
struct TimeTests {
    @Test("The record's own time wins, then the boot's clock, then the arrival")
    func order() {
        let own = Samples.start
        let instant = Instant(millisecondsSinceBoot: 1500)
        let boot = WallTime(millisecondsSince1970: 1000)
        let arrival = TestStore.arrival
        func time(_ own: WallTime?, _ boot: WallTime?) -> EffectiveTime {
            EffectiveTime(own: own, instant: instant, utcAtBoot: boot, arrival: arrival)
        }
        #expect(time(own, boot) == EffectiveTime(time: own, source: .record))
        #expect(time(own, nil) == EffectiveTime(time: own, source: .record))
        #expect(
            time(nil, boot) == EffectiveTime(time: WallTime(millisecondsSince1970: 2500), source: .bootClock)
        )
        #expect(time(nil, nil) == EffectiveTime(time: arrival, source: .arrival))
        #expect(time(nil, nil).known == nil)
        #expect(time(nil, boot).known != nil)
    }

    @Test("Records made before the clock was known get their time when a later batch tells it")
    func correction() async throws {
        try await TestStore.with { store in
            var early = try Samples.batch(boots: [Samples.boot(isClockKnown: false)])
            early.positions = try Samples.positions(1...3, hasTime: false)
            early.events = Samples.events(1...3, hasTime: false)
            early.latest = early.positions.last.map(Samples.latest)
            try await store.store(early)
            #expect(try await store.positions().allSatisfy { $0.record.time.source == .arrival })
            #expect(try await store.events(to: TestStore.arrival).isEmpty)
            #expect(try await store.vehicle().latest?.time.source == .arrival)

            try await store.store(try Samples.batch(boots: [Samples.boot()]))
            let positions = try await store.positions()
            #expect(positions.map(\.record.time.time) == (1...3).map { Samples.start + .seconds($0) })
            #expect(positions.allSatisfy { $0.record.time.source == .bootClock })
            let events = try await store.events(to: TestStore.arrival)
            #expect(events.map(\.record.time.time) == (1...3).map { Samples.start + .seconds($0) })
            let latest = try #require(try await store.vehicle().latest)
            #expect(latest.time == EffectiveTime(time: Samples.start + .seconds(3), source: .bootClock))
        }
    }

    @Test("A boot that is known already dates what comes after, without being told again")
    func knownBoot() async throws {
        try await TestStore.with { store in
            try await store.store(try Samples.batch(boots: [Samples.boot()]))
            var batch = try Samples.batch(boots: [Samples.boot(isClockKnown: false)])
            batch.positions = try Samples.positions(1...1, hasTime: false)
            try await store.store(batch)
            let time = try #require(try await store.positions().first).record.time
            #expect(time == EffectiveTime(time: Samples.start + .seconds(1), source: .bootClock))
        }
    }

    @Test("Only the records without a time of their own, of that boot and that journal, are corrected")
    func bounds() async throws {
        try await TestStore.with { store in
            let unknown = [Samples.boot(isClockKnown: false), Samples.boot(2, isClockKnown: false)]
            var batch = try Samples.batch(boots: unknown, positions: 1...1)
            batch.positions += try Samples.positions(2...2, boot: 2, hasTime: false)
            try await store.store(batch)
            var other = try Samples.batch(journal: Samples.otherJournal, boots: unknown)
            other.positions = try Samples.positions(3...3, hasTime: false)
            try await store.store(other)
            try await store.store(try Samples.batch(boots: [Samples.boot()]))
            let sources = Dictionary(
                uniqueKeysWithValues: try await store.positions().map { ($0.sequence, $0.record.time.source) }
            )
            #expect(sources == [1: .record, 2: .arrival, 3: .arrival])
        }
    }

    @Test("A clock that turns out otherwise corrects the correction")
    func second() async throws {
        try await TestStore.with { store in
            var batch = try Samples.batch(boots: [Samples.boot()])
            batch.positions = try Samples.positions(1...1, hasTime: false)
            try await store.store(batch)
            var boot = Samples.boot()
            boot.clock?.utcAtBootMilliseconds += 500
            try await store.store(try Samples.batch(boots: [boot]))
            let time = try #require(try await store.positions().first).record.time.time
            #expect(time == Samples.start + .milliseconds(1500))
        }
    }

    @Test("A receiver's time that cannot be true is kept and not believed", arguments: TimeMark.allCases)
    func marks(mark: TimeMark) async throws {
        try await TestStore.with { store in
            var position = try Samples.position(1)
            position.record.timeMark = mark
            if mark == .missing { position.record.time = nil }
            var batch = try Samples.batch(boots: [Samples.boot()])
            batch.positions = [position]
            try await store.store(batch)
            let held = try #require(try await store.positions().first).record
            #expect(held.position == position.record)
            #expect(held.time.source == (mark == .plausible ? .record : .bootClock))
        }
    }
}

@Suite("The newest position of a vehicle")
struct LatestTests {
    private static func place(
        journal: Int64 = 1,
        boot: Int64 = 1,
        seconds: Int64 = 0,
        time: WallTime? = nil
    ) -> LatestPlace {
        LatestPlace(
            journal: journal,
            boot: BootNumber(rawValue: boot),
            instant: Instant(millisecondsSinceBoot: seconds * 1000),
            time: EffectiveTime(time: time ?? TestStore.arrival, source: time == nil ? .arrival : .record)
        )
    }

    @Test("Boots and their clocks decide within a journal, whatever UTC says")
    func withinJournal() {
        let held = Self.place(boot: 2, seconds: 10, time: Samples.start)
        #expect(Self.place(boot: 2, seconds: 11).isNewer(than: held))
        #expect(Self.place(boot: 3, seconds: 0).isNewer(than: held))
        #expect(!held.isNewer(than: held))
        let future = Samples.start + .seconds(86_400)
        #expect(!Self.place(boot: 2, seconds: 9, time: future).isNewer(than: held))
        #expect(!Self.place(boot: 1, seconds: 99, time: future).isNewer(than: held))
    }

    @Test("Between journals UTC decides if both know it, else the one that was heard of last")
    func betweenJournals() {
        let held = Self.place(journal: 2, time: Samples.start)
        #expect(Self.place(journal: 1, time: Samples.start + .seconds(1)).isNewer(than: held))
        #expect(!Self.place(journal: 3, time: Samples.start + .seconds(-1)).isNewer(than: held))
        #expect(Self.place(journal: 3).isNewer(than: held))
        #expect(!Self.place(journal: 1).isNewer(than: held))
    }

    @Test("A backlog never takes it back, and it is no record of the track")
    func backlog() async throws {
        try await TestStore.with { store in
            try await store.store(try Samples.batch(latest: 500, positions: 1...10))
            #expect(try await store.vehicle().latest?.position == (try Samples.position(500)).record)
            #expect(try await store.positions().count == 10)
            for range in [11...20, 21...30, 1...10] as [ClosedRange<Int64>] {
                try await store.store(try Samples.batch(latest: range.upperBound, positions: range))
                #expect(try await store.vehicle().latest?.position == (try Samples.position(500)).record)
            }
            try await store.store(try Samples.batch(latest: 501))
            #expect(try await store.vehicle().latest?.position == (try Samples.position(501)).record)
        }
    }

    @Test("Without a header the track's own end counts")
    func withoutHeader() async throws {
        try await TestStore.with { store in
            try await store.store(try Samples.batch(positions: 1...10))
            #expect(try await store.vehicle().latest?.position == (try Samples.position(10)).record)
        }
    }
}
