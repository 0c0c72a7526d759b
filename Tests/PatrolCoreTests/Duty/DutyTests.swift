import PatrolCore
import Testing

@Suite("Duty")
struct DutyTests {
    private static let now = Instant(millisecondsSinceBoot: 90_000)
    private static let time = WallTime(year: 2026, month: 11, day: 25, hour: 11)

    private static func officer(_ text: String) throws -> OfficerID { try #require(OfficerID(text)) }

    @Test("One at a time: a second start names what runs, an end without a start is an error")
    func machine() throws {
        var machine = DutyMachine()
        #expect(throws: DutyError.notRunning) { try machine.end() }
        let officer = try Self.officer("P-0417")
        let duty = try machine.start(.callOut, officer: officer, at: Self.now, time: Self.time)
        #expect(duty == Duty(kind: .callOut, officer: officer, start: .thisBoot(Self.now), startTime: Self.time))
        #expect(machine.current == duty)
        let error = #expect(throws: DutyError.running(duty)) {
            try machine.start(.patrol, officer: nil, at: Self.now, time: nil)
        }
        #expect(
            error?.description == "call-out duty runs already, of officer P-0417, since 2026-11-25T11:00:00.000Z"
        )
        #expect(try machine.end() == duty)
        #expect(machine.current == nil)
        #expect(throws: DutyError.notRunning) { try machine.end() }
        try machine.start(.patrol, officer: nil, at: Self.now, time: nil)
        #expect(DutyError.running(try #require(machine.current)).description == "patrol duty runs already")
    }

    @Test("The kinds have the names of the command line")
    func kinds() {
        #expect(DutyKind.allCases.map(\.rawValue) == ["patrol", "visit", "security", "call-out"])
    }

    @Test("Officers that are allowed", arguments: ["a", "Z9", "P-0417", "a.b_c-d", String(repeating: "x", count: 64)])
    func officers(text: String) throws {
        #expect(try Self.officer(text).description == text)
    }

    @Test(
        "Officers that are not",
        arguments: ["", " ", "a b", "a\n", "王", "é", "a/b", "a\"b", "a\0", "a@b", String(repeating: "x", count: 65)]
    )
    func noOfficers(text: String) {
        #expect(OfficerID(text) == nil)
    }

    @Test("How long it has lasted, by the boot clock, or by UTC after a restart of the machine")
    func elapsed() {
        var duty = Duty(kind: .patrol, officer: nil, start: .thisBoot(Self.now), startTime: nil)
        #expect(duty.elapsed(at: Self.now + .seconds(5), time: Self.time) == .seconds(5))
        #expect(duty.elapsed(at: Self.now - .seconds(5), time: nil) == .zero)
        duty.start = .earlierBoot
        #expect(duty.elapsed(at: Self.now, time: Self.time) == nil)
        duty.startTime = Self.time
        #expect(duty.elapsed(at: Self.now, time: nil) == nil)
        #expect(duty.elapsed(at: Self.now, time: Self.time.map { $0 + .seconds(7) }) == .seconds(7))
        #expect(duty.elapsed(at: Self.now, time: Self.time.map { $0 + .seconds(-7) }) == .zero)
    }

    @Test("It survives a restart of the daemon whole, and one of the machine without its instant")
    func persistence() throws {
        for officer in [nil, OfficerID("P-0417")] {
            for time in [nil, Self.time] {
                for kind in DutyKind.allCases {
                    let duty = Duty(kind: kind, officer: officer, start: .thisBoot(Self.now), startTime: time)
                    let kept = duty.persisted(boot: "b1")
                    #expect(Duty(persisted: kept, boot: "b1") == duty)
                    let later = try #require(Duty(persisted: kept, boot: "b2"))
                    #expect(later == Duty(kind: kind, officer: officer, start: .earlierBoot, startTime: time))
                    #expect(Duty(persisted: later.persisted(boot: "b2"), boot: "b2") == later)
                    #expect(Duty(persisted: later.persisted(boot: "b2"), boot: "b3") == later)
                }
            }
        }
    }

    @Test("The form in which it is kept")
    func form() throws {
        let officer = try Self.officer("P-0417")
        let duty = Duty(kind: .visit, officer: officer, start: .thisBoot(Self.now), startTime: Self.time)
        #expect(
            duty.persisted(boot: "b1") == [
                "kind": .string("visit"), "officer": .string("P-0417"), "boot": .string("b1"),
                "started_boot_ms": .integer(90_000), "started_utc_ms": .integer(1_795_604_400_000),
            ]
        )
    }

    @Test(
        "What is no duty",
        arguments: [
            [:], ["kind": .string("tea")], ["kind": .integer(1)], ["officer": .string("a")],
            ["kind": .string("patrol"), "officer": .string("a b")],
            ["kind": .string("patrol"), "officer": .integer(7)],
            ["kind": .string("patrol"), "started_utc_ms": .string("1")],
            ["kind": .string("patrol"), "boot": .string("b1")],
            ["kind": .string("patrol"), "started_boot_ms": .integer(1)],
            ["kind": .string("patrol"), "boot": .string("b1"), "started_boot_ms": .integer(-1)],
            ["kind": .string("patrol"), "boot": .string("b1"), "started_boot_ms": .number(1)],
        ] as [[String: DetailValue]]
    )
    func noDuty(values: [String: DetailValue]) {
        #expect(Duty(persisted: values, boot: "b1") == nil)
    }
}
