import Foundation
import Logging
import PatrolCore
import PatrolJournal
import PatrolVehicle
import Synchronization
import Testing

@testable import PatrolDaemon

@Suite("What follows from a report of the receiver")
struct PositionRecorderTests {
    private static let truth: Int64 = 1_795_525_200_000

    /// Two threads, as in the daemon, which no virtual time can order: while the receiver's thread tells its clock, the
    /// kernel's gets a quarter of a second to overtake it.
    @Test("Everybody is told in the order in which it was decided: an older clock never comes after a newer one")
    func order() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "patrold-recorder-\(UUID().uuidString)")
            .path
        defer { try? FileManager.default.removeItem(atPath: folder) }  // A folder that stays harms nobody.
        let clocks = Clocks.system
        let journal = try Journal(folder: folder, bootID: "boot", clocks: clocks, commitInterval: .seconds(60))
        let board = StatusBoard(destinations: [])
        let told = Mutex<[ClockSource]>([])
        let learned = Mutex<[ClockSource]>([])
        let isTelling = DispatchSemaphore(value: 0)
        let overtook = DispatchSemaphore(value: 0)
        let recorder = PositionRecorder(
            pipeline: Self.pipeline,
            journal: journal,
            board: board,
            stream: StreamHub(),
            clocks: clocks,
            logger: Logger(label: "test"),
            consequences: PositionRecorder.Consequences(
                record: { _ in },
                recorded: {},
                motionChanged: { _ in },
                clockLearned: { offset in learned.withLock { $0.append(offset.source) } },
                clockChanged: { clock, isNews in
                    guard isNews, case .trusted(let offset) = clock.state(at: Instant(millisecondsSinceBoot: 10_000))
                    else { return }
                    if offset.source == .gps {
                        isTelling.signal()
                        _ = overtook.wait(timeout: .now() + 0.25)
                    }
                    told.withLock { $0.append(offset.source) }
                    if offset.source == .ntp { overtook.signal() }
                },
                zonesChanged: { _ in },
                zonesLost: { _ in }
            )
        )
        let thread = try NativeThread(name: "gps") {
            for second in 0...2 as ClosedRange<Int64> { recorder.handle(.fix(Self.fix(at: second))) }
        }
        #expect(isTelling.wait(timeout: .now() + 10) == .success)
        recorder.handle(
            KernelTime(
                time: WallTime(millisecondsSince1970: Self.truth + 3000),
                at: Instant(millisecondsSinceBoot: 3000),
                isSynchronised: true,
                maximumError: .milliseconds(1)
            )
        )
        thread.join()
        #expect(told.withLock { $0 } == [.gps, .ntp])
        #expect(learned.withLock { $0 } == [.gps, .ntp])
        guard case .trusted(let offset) = board.snapshot.clock.state(at: Instant(millisecondsSinceBoot: 10_000)) else {
            Issue.record("the board has no clock")
            return
        }
        #expect(offset.source == .ntp)
    }

    @Test("When the position is lost, or no fix can be believed, its zones are lost too, until one is")
    func zones() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "patrold-recorder-\(UUID().uuidString)")
            .path
        defer { try? FileManager.default.removeItem(atPath: folder) }  // A folder that stays harms nobody.
        let clocks = Clocks.system
        let board = StatusBoard(destinations: [])
        let told = Mutex<[String]>([])
        let recorder = PositionRecorder(
            pipeline: Self.pipeline,
            journal: try Journal(folder: folder, bootID: "boot", clocks: clocks, commitInterval: .seconds(60)),
            board: board,
            stream: StreamHub(),
            clocks: clocks,
            logger: Logger(label: "test"),
            consequences: PositionRecorder.Consequences(
                record: { _ in },
                recorded: {},
                motionChanged: { _ in },
                clockLearned: { _ in },
                clockChanged: { _, _ in },
                zonesChanged: { zones in told.withLock { $0.append("in \(zones.count)") } },
                zonesLost: { _ in told.withLock { $0.append("lost") } }
            )
        )
        recorder.handle(.fix(Self.fix(at: 0)))
        #expect(board.snapshot.zones == [])
        recorder.handle(.lost(.noFix))
        #expect(board.snapshot.zones == nil)
        var refused = Self.fix(at: 10)
        refused.horizontalError = 5000
        recorder.handle(.fix(refused))
        #expect(board.snapshot.zones == nil)
        recorder.handle(.fix(Self.fix(at: 11)))
        #expect(board.snapshot.zones == [])
        #expect(told.withLock { $0 } == ["in 0", "lost", "in 0"])
    }

    private static var pipeline: PositionPipeline {
        PositionPipeline(
            settings: .init(buildDate: WallTime(millisecondsSince1970: truth - 86_400_000)),
            odometerMetres: 0
        )
    }

    private static func fix(at second: Int64) -> Fix {
        var fix = Fix(receivedAt: Instant(millisecondsSinceBoot: second * 1000 + 300), mode: .threeDimensional)
        fix.time = WallTime(millisecondsSince1970: truth + second * 1000)
        fix.latitude = 29.3
        fix.longitude = 106.3 + Double(second) * 0.000_05
        return fix
    }
}
