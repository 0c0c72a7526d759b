import Foundation
import PatrolCore
import PatrolSQLite
import Synchronization

@testable import PatrolJournal

/// A cart whose station is away: the real journal, at its default bounds, in virtual time.
final class OutageCart {
    /// 2026-06-01T00:00:00Z
    private static let begin = WallTime(millisecondsSince1970: 1_780_272_000_000)
    static let destination = "station"

    private(set) var journal: Journal
    private let folder: String
    private let clock = VirtualClock()
    private var boots = 1
    private var isReadOnly = false
    private var metres: Int64 = 0
    /// What was recorded, whatever became of it.
    private(set) var recorded = PerLane<Int64>(both: 0)

    /// ``begin()`` comes next.
    init(folder: String) throws {
        self.folder = folder
        journal = try Self.open(folder, boot: 1, clock)
    }

    private static func open(_ folder: String, boot: Int, _ clock: VirtualClock) throws -> Journal {
        try Journal(
            folder: folder,
            bootID: "boot-\(boot)",
            machineID: "0123456789abcdef0123456789abcdef",
            clocks: clock.clocks,
            commitInterval: .seconds(60),
            limits: .standard,
            destinations: [destination]
        )
    }

    /// What a daemon records at its start.
    func begin() async throws {
        try await record(.daemonStarted(version: "1", lastRunEndedWithoutStop: false))
        try await journal.learnClock(
            ClockOffset(utcAtBootMilliseconds: clock.utcAtBoot(Self.begin), source: .gps, uncertaintyMilliseconds: 9)
        )
    }

    /// Switched off and on again.
    /// - Parameter isOrderly: or the power is cut.
    func restart(isOrderly: Bool) async throws {
        if isOrderly {
            try await record(.daemonStopped(reason: "SIGTERM"))
            try await journal.close()
        } else {
            // What a cut leaves is on disk already; what waited in memory was promised to nobody.
            recorded.positions -= Int64(journal.health.pendingPositions)
            try await journal.letGo()
        }
        boots += 1
        clock.boot()
        journal = try Self.open(folder, boot: boots, clock)
        try await begin()
    }

    /// Records an event, which fails while the disk refuses: it is counted all the same.
    func record(_ kind: EventKind) async throws {
        recorded.events += 1
        do {
            try await journal.append(Event(kind, at: clock.now, time: clock.time(Self.begin)))
        } catch {
            // Else it waits in memory.
            guard error.cause == .readOnly else { throw error }
        }
    }

    /// Positions at their distance in time, with the commits that the journal would make.
    func drive(_ count: Int, every distance: Duration) async throws {
        for _ in 0..<count {
            clock.advance(by: distance)
            recorded.positions += 1
            journal.append(position())
            // A disk that refuses is not asked again each time: that would only cost the test's time.
            let patience: Duration = isReadOnly ? .seconds(600) : .zero
            if journal.isCommitDue(at: clock.now + (.zero - patience)) {
                do {
                    try await journal.commit()
                } catch {
                    // Else as the daemon, which tries again later.
                    guard error.cause == .readOnly else { throw error }
                }
            }
        }
    }

    /// A track that does not compress to nothing.
    private func position() -> Position {
        metres += 5
        let step = Int32(truncatingIfNeeded: metres / 5 % 100_000)
        guard
            let coordinate = Coordinate(
                latitudeE7: 293_000_000 + step * 90 + (step &* 2_654_435) % 97,
                longitudeE7: 1_063_000_000 - step * 40 + (step &* 40_503) % 89
            )
        else { preconditionFailure("a place near Xipeng") }
        var position = Position(
            receivedAt: clock.now,
            coordinate: coordinate,
            mode: .threeDimensional,
            odometerMetres: metres
        )
        position.time = clock.time(Self.begin)
        position.timeMark = .plausible
        position.speedCentimetresPerSecond = 450 + step % 30
        position.courseDecidegrees = (step * 7) % 3600
        return position
    }

    /// Lets the disk refuse everything, or take it again.
    func setReadOnly(_ isReadOnly: Bool) async throws {
        self.isReadOnly = isReadOnly
        try await journal.setReadOnly(isReadOnly)
    }
}

extension Journal {
    nonisolated fileprivate func isCommitDue(at now: Instant) -> Bool {
        inbox.commitDue(after: commitInterval).map { $0 <= now } ?? false
    }

    fileprivate func setReadOnly(_ isReadOnly: Bool) throws {
        try openStore().database.execute("PRAGMA query_only = \(isReadOnly ? 1 : 0)")
    }

    fileprivate func letGo() throws {
        try openStore().database.abandon()
        marks?.unlock()
    }
}

/// A boot clock that a test moves; UTC goes on over boots.
private final class VirtualClock: Sendable {
    private struct State {
        /// Since the cart was switched on.
        var sinceBoot: Int64 = 100_000
        var before: Int64 = 0
    }

    private let state = Mutex(State())

    var now: Instant { Instant(millisecondsSinceBoot: state.withLock { $0.sinceBoot }) }

    func advance(by duration: Duration) {
        state.withLock { $0.sinceBoot += duration.milliseconds }
    }

    func boot() {
        state.withLock { state in
            state.before += state.sinceBoot
            state.sinceBoot = 20_000
        }
    }

    func utcAtBoot(_ begin: WallTime) -> Int64 { state.withLock { begin.millisecondsSince1970 + $0.before } }

    func time(_ begin: WallTime) -> WallTime {
        WallTime(millisecondsSince1970: utcAtBoot(begin) + now.millisecondsSinceBoot)
    }

    var clocks: Clocks {
        Clocks(now: { self.now }, systemTime: { WallTime(millisecondsSince1970: 0) })
    }
}
