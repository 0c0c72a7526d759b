import Foundation
import Testing

@Suite("One owner")
struct LockTests {
    /// The types of the daemon that several threads or tasks share, each with what its lock guards.
    static let holders: [String: String] = [
        "CartLoop": "the last snapshot",
        "PlayerSupervisor": "which process belongs to which play",
        "ClipLibrary": "what the last look found",
        "StreamHub": "who reads the stream",
        "UploadBoard": "how it stands with each destination, for those who ask",
        "ReloadOutcome": "why the configuration on disk is not in force, for those who ask",
        "UploadMailbox": "whether the next position is news",
    ]

    /// What decides: none of it may stand behind a lock.
    static let machines = [
        "Cart", "PositionPipeline", "WallClock", "ZoneTracker", "DutyMachine", "Light", "Announcer", "GPSSource",
        "UploadMachine", "MissingClips", "RateLimit", "RecordLedger",
    ]

    private static var files: [Tree.File] {
        get throws { try ["PatrolDaemon", "PatrolControl"].flatMap { try Tree.swiftFiles(below: "Sources/\($0)") } }
    }

    @Test("Locks of the daemon are held by the types that are named here, and guard no machine")
    func locks() throws {
        for file in try Self.files {
            let name = file.path.split(separator: "/").last?.dropLast(6) ?? ""
            for (number, line) in file.lines.enumerated() where line.contains(/\bMutex[(<]/) {
                #expect(Self.holders[String(name)] != nil, "\(file.path):\(number + 1) holds a lock")
                for machine in Self.machines {
                    #expect(!line.contains("Mutex<\(machine)>"), "\(file.path):\(number + 1) guards a machine")
                    #expect(!line.contains("Mutex(\(machine)("), "\(file.path):\(number + 1) guards a machine")
                }
            }
        }
    }

    @Test("No type of the daemon keeps more than two closures")
    func closures() throws {
        for file in try Self.files {
            let closures = file.lines.filter {
                $0.contains(#/^ {4}(private )?(let|var) .*\) (async )?(throws(\(.*\))? )?->/#)
            }
            #expect(closures.count <= 2, "\(file.path): \(closures)")
        }
    }
}
