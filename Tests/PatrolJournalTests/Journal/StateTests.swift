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

    @Test("A value that no version can have written is damage: it is taken out, and told")
    func damaged() async throws {
        let bench = try Bench()
        try await bench.journal.execute(
            "INSERT INTO states VALUES ('duty', '[1]', row_checksum('states', 'duty', '[1]'))"
        )
        let after = try await bench.restarted()
        #expect(after.journal.health.incidents.first?.contains("1 of states") == true)
        #expect(after.journal.statesAtStart.isEmpty)
        try await after.journal.checkInvariants()
    }
}
