import ArgumentParser
import Glibc
import PatrolCore
import PatrolJournal
import Synchronization

/// Fills a journal as a week of driving does: a position a second, a commit every ten.
struct Fill: AsyncParsableCommand {
    @Argument(help: "The folder; its parent must exist.")
    var folder: String
    @Option(help: "How many positions.")
    var positions: Int64 = 604_800
    @Option(help: "How many positions a commit takes.")
    var perCommit: Int64 = 10

    func run() async throws {
        let clock = DriveClock()
        let journal = try Journal(
            folder: folder,
            bootID: "bench",
            machineID: "",
            clocks: clock.clocks,
            commitInterval: .seconds(10),
            limits: .standard,
            destinations: ["station"]
        )
        var drive = Drive()
        let begin = ContinuousClock.now
        for number in 1...positions {
            journal.append(drive.next(number, at: clock.now))
            clock.advance()
            if number % perCommit == 0 { try await journal.commit() }
        }
        try await journal.close()
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        // One line of numbers for who started it.
        print("filled \(positions) in \(seconds) s")
    }
}

/// The boot clock of the drive, a second a position.
private final class DriveClock: Sendable {
    private let milliseconds = Mutex<Int64>(100_000)

    var now: Instant { Instant(millisecondsSinceBoot: milliseconds.withLock { $0 }) }
    func advance() { milliseconds.withLock { $0 += 1000 } }
    var clocks: Clocks {
        Clocks(now: { self.now }, systemTime: { WallTime(millisecondsSince1970: 1_790_000_000_000) })
    }
}

/// A cart that goes its rounds: straights and bends at some 5 m/s, with a receiver's noise of decimetres.
private struct Drive {
    private var dice = SplitMix64(seed: 604_800)
    private var latitude = 293_000_000.0
    private var longitude = 1_063_000_000.0
    private var metres = 0.0
    private var speed = 5.0
    private var course = 90.0
    private var bend = 0.0
    private var satellites: UInt8 = 9

    mutating func next(_ number: Int64, at now: Instant) -> Position {
        if number % 40 == 0 { bend = Double.random(in: -4...4, using: &dice) }
        course = (course + bend + Double.random(in: -0.5...0.5, using: &dice) + 360)
            .truncatingRemainder(dividingBy: 360)
        speed = min(8, max(1, speed + Double.random(in: -0.3...0.3, using: &dice)))
        metres += speed
        // 1e-7 degrees a metre; the noise is that of a receiver that filters.
        latitude += (speed * cos(course * .pi / 180) + Double.random(in: -0.1...0.1, using: &dice)) * 89.9
        longitude += (speed * sin(course * .pi / 180) + Double.random(in: -0.1...0.1, using: &dice)) * 103
        if abs(latitude - 293_000_000) > 500_000 || abs(longitude - 1_063_000_000) > 500_000 { course += 180 }
        if Int.random(in: 0..<60, using: &dice) == 0 { satellites = UInt8.random(in: 7...11, using: &dice) }
        guard let coordinate = Coordinate(latitudeE7: Int32(latitude), longitudeE7: Int32(longitude)) else {
            preconditionFailure("the drive stays near Xipeng")
        }
        var position = Position(
            receivedAt: now,
            coordinate: coordinate,
            mode: .threeDimensional,
            odometerMetres: Int64(metres)
        )
        position.time = WallTime(millisecondsSince1970: 1_790_000_000_000 + number * 1000)
        position.timeMark = .plausible
        position.altitudeDecimetres = 2_800 + Int32(20 * sin(Double(number) / 300))
        position.speedCentimetresPerSecond = Int32(speed * 100)
        position.courseDecidegrees = Int32(course * 10) % 3600
        position.horizontalErrorDecimetres = 25
        position.satellitesUsed = satellites
        return position
    }
}
