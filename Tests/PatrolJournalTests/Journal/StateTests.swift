import PatrolCore
import Testing

@testable import PatrolJournal

@Suite("What outlives a restart besides records")
struct StateTests {
    @Test("The newest value of each name is there after a restart and after a power cut, and a forgotten one is not")
    func kept() async throws {
        var bench = try Bench()
        for kind in ["patrol", "巡逻"] {
            let state = KeptState(name: "duty", details: ["kind": .string(kind)])
            try await bench.journal.append(bench.event(), keeping: state)
        }
        try await bench.journal.append(bench.event(), keeping: KeptState(name: "mute", details: [:]))
        #expect(
            try bench.afterPowerCut().journal.statesAtStart
                == ["duty": ["kind": .string("巡逻")], "mute": [:]]
        )
        try await bench.journal.append(bench.event(), keeping: KeptState(name: "duty", details: nil))
        try await bench.journal.append(bench.event())
        bench = try await bench.restarted()
        #expect(bench.journal.statesAtStart == ["mute": [:]])
        #expect(try await bench.allEvents().count == 5)
        try await bench.journal.checkInvariants()
    }

    @Test("A value that no version can have written is damage, and the message names it")
    func damaged() async throws {
        let bench = try Bench()
        try await bench.journal.execute("INSERT INTO states VALUES ('duty', '[1]')")
        try await bench.journal.close()
        let error = #expect(throws: JournalError.self) { try Bench(in: bench.folder) }
        #expect(error?.cause == .damaged)
        #expect(error?.description.contains("the state \"duty\"") == true)
    }
}
