import Testing

@testable import PatrolCore

@Suite("When a clips folder that changes is looked at")
struct ClipFolderChangesTests {
    private typealias Change = ClipFolderChanges.Change

    /// What happens, in milliseconds, and when the folder is looked at.
    private struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var changes: [(at: Int64, change: Change)]
        var looks: [Int64]
        var unfinished: [ClipName] = []
    }

    private static let cases = [
        Case(testDescription: "nothing", changes: [], looks: []),
        Case(testDescription: "one file moved in", changes: [(0, .settled("a.wav"))], looks: [2000]),
        Case(
            testDescription: "a copy: created, written for a while, closed",
            changes: [(0, .other), (10, .written("a.wav")), (9000, .written("a.wav")), (9100, .settled("a.wav"))],
            looks: [11_100]
        ),
        Case(
            testDescription: "a slow copy that stalls in between is not looked at half way",
            changes: [(0, .written("a.wav")), (20_000, .written("a.wav")), (25_000, .settled("a.wav"))],
            looks: [27_000]
        ),
        Case(
            testDescription: "many files in a row are one look",
            changes: (0..<20).map { (Int64($0) * 900, .settled(ClipName("\($0).wav"))) },
            looks: [19_100]
        ),
        Case(
            testDescription: "a writer that hangs does not keep the others waiting for ever",
            changes: [(0, .written("a.wav")), (1000, .settled("b.wav"))],
            looks: [30_000],
            unfinished: ["a.wav"]
        ),
        Case(
            testDescription: "an unfinished file that is finished after all",
            changes: [(0, .written("a.wav")), (40_000, .written("a.wav")), (41_000, .settled("a.wav"))],
            looks: [30_000, 43_000]
        ),
        Case(
            testDescription: "something changes for ever",
            changes: (0...70).map { (Int64($0) * 1000, .other) },
            looks: [30_000, 61_000, 72_000]
        ),
        Case(
            testDescription: "a file that is written and then removed",
            changes: [(0, .written("a.wav")), (500, .settled("a.wav"))],
            looks: [2500]
        ),
    ]

    @Test("A pause after the last change, patience with a copy, and a look after all", arguments: cases)
    private func looks(of row: Case) {
        var changes = ClipFolderChanges()
        var looks: [Int64] = []
        func look(until end: Int64) {
            while let due = changes.lookAt?.millisecondsSinceBoot, due <= end {
                let isEarly = changes.isDue(at: Instant(millisecondsSinceBoot: due - 1))
                let isDue = changes.isDue(at: Instant(millisecondsSinceBoot: due))
                #expect(!isEarly && isDue)
                looks.append(due)
            }
        }
        for (at, change) in row.changes {
            look(until: at - 1)
            changes.note(change, at: Instant(millisecondsSinceBoot: at))
        }
        look(until: 1_000_000)
        #expect(looks == row.looks)
        #expect(changes.unfinished.sorted() == row.unfinished)
    }

    @Test("The names that are remembered are bounded; what was lost is forgotten")
    func bounds() {
        var changes = ClipFolderChanges()
        let now = Instant(millisecondsSinceBoot: 0)
        for number in 0..<5000 { changes.note(.written(ClipName("\(number).wav")), at: now) }
        #expect(changes.unfinished.count == ClipFolderChanges.mostUnfinished)
        changes.forget(at: now)
        #expect(changes.unfinished.isEmpty && changes.lookAt == now + changes.pause)
    }
}
