import Foundation
import Testing

@Suite(
    "patrolctl journal looks after the journal of a stopped patrold",
    .enabled(if: Surroundings.hasPrograms, Surroundings.noPrograms)
)
struct JournalToolTests {
    private func journal(_ arguments: [String], _ chain: Chain) async throws -> (code: Int32, text: String) {
        let result = try await run("patrolctl", ["journal"] + arguments + ["--folder", chain.folder.path("journal")])
        return (result.code, result.output + result.errors)
    }

    private func replace(_ old: String, _ new: String, in path: String) throws {
        var bytes = try Data(contentsOf: URL(filePath: path))
        let place = try #require(bytes.range(of: Data(old.utf8)))
        bytes.replaceSubrange(place, with: Data(new.utf8))
        try bytes.write(to: URL(filePath: path))
    }

    @Test("Its exit codes: 0 fine, 1 it cannot be done, 2 damage that costs nothing, 4 records are gone")
    func exitCodes() async throws {
        let chain = try Chain()
        try chain.configure(upload: nil)
        try await chain.startPatrold()
        #expect(try await run("patrolctl", ["mark", "gate-open", "--socket", chain.socket]).code == 0)
        let running = try await journal(["check"], chain)
        #expect(running.code == 1 && running.text.contains("is the journal of a running patrold"), "\(running)")
        #expect(try await chain.patrold?.stop() == 0)
        let fine = try await journal(["check"], chain)
        #expect(fine.code == 0 && fine.text.contains("fine, format"), "\(fine)")
        #expect(try await journal(["stats"], chain).code == 0)
        let target = chain.folder.path("backup")
        #expect(try await journal(["backup", target], chain).code == 0)
        let again = try await journal(["backup", target], chain)
        #expect(again.code == 1 && again.text.contains("is not written over"), "\(again)")
        let file = try chain.folder.write("export.csv", "mine")
        let export = try await journal(["export", "--output", file], chain)
        #expect(export.code == 1 && export.text.contains("is not written over"), "\(export)")
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
        #expect(try await journal(["export", "--lane", "voices"], chain).code == 1)
        #expect(try await run("patrolctl", ["journal", "--help"]).output.contains("repair"))

        let marks = chain.folder.path("journal/journal.marks")
        let saved = try Data(contentsOf: URL(filePath: marks))
        try FileManager.default.removeItem(atPath: marks)
        let unmarked = try await journal(["check"], chain)
        #expect(unmarked.code == 2 && unmarked.text.contains("journal.marks"), "\(unmarked)")
        try saved.write(to: URL(filePath: marks))

        try replace("gate-open", "gate-oqen", in: chain.folder.path("journal/journal.sqlite"))
        let damaged = try await journal(["check"], chain)
        #expect(damaged.code == 4 && damaged.text.contains("gone by damage: 1 events, 0 positions"), "\(damaged)")
        #expect(try await journal(["repair", "--dry-run"], chain).code == 4)
        #expect(try await journal(["repair"], chain).code == 4)
        let repaired = try await journal(["check"], chain)
        #expect(repaired.code == 0 && repaired.text.contains("1 damaged"), "\(repaired)")
    }
}
