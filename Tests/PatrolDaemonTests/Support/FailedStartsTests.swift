import Foundation
import Testing

@testable import PatrolService

@Suite("How a service that cannot start waits")
struct FailedStartsTests {
    private static let silent = ServiceNotification(notifySocket: nil)

    @Test("Each failure waits longer than the one before; a good start begins anew")
    func counts() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "patrold-starts-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // What cannot be removed lies in the system's folder for such things.
        defer { try? FileManager.default.removeItem(at: folder) }
        var waits: [Duration] = []
        for _ in 0..<5 {
            // Each is a process of its own.
            FailedStarts(folder: folder.path).failed(reason: "x", notification: Self.silent) { waits.append($0) }
        }
        #expect(waits == [.seconds(1), .seconds(2), .seconds(4), .seconds(8)])
        FailedStarts(folder: folder.path).clear()
        FailedStarts(folder: folder.path).failed(reason: "x", notification: Self.silent) { waits.append($0) }
        #expect(waits.count == 4, "the first failure ends at once")
    }

    @Test("A stop in the pause forgets the count: whoever starts again has the answer at once")
    func stopped() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "patrold-starts-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // See above.
        defer { try? FileManager.default.removeItem(at: folder) }
        for _ in 0..<3 { FailedStarts(folder: folder.path).failed(reason: "x", notification: Self.silent) { _ in } }
        FailedStarts(folder: folder.path).failed(reason: "x", notification: Self.silent) { _ in
            #expect(
                FailedStarts(folder: folder.path).count == 0,
                "as a process finds it that starts while this one waits"
            )
        }
        #expect(FailedStarts(folder: folder.path).count == 4)
    }

    @Test(
        "Where there is no runtime folder, or it cannot be written, nothing waits",
        arguments: [nil, "/nowhere", "/proc"]
    )
    func nowhere(folder: String?) {
        for _ in 0..<3 {
            FailedStarts(folder: folder).failed(reason: "x", notification: Self.silent) { _ in Issue.record("it waits")
            }
        }
    }
}
