import Testing

@testable import PatrolCore

@Suite("How many marks a user may make")
struct MarkLimitTests {
    private func origin(_ uid: UInt32, isAdministrator: Bool = false) -> CommandOrigin {
        .process(LocalProcess(uid: uid, user: nil, pid: 1, program: nil, isAdministrator: isAdministrator))
    }

    @Test("Twenty at once, then one each three seconds; each user for himself, administrators and the station any")
    func limit() {
        var limit = MarkLimit()
        let now = Instant(millisecondsSinceBoot: 1000)
        for _ in 0..<20 { #expect(limit.refusal(of: origin(1000), at: now) == nil) }
        guard case .tooManyMarks(let wait, 20, .seconds(3))? = limit.refusal(of: origin(1000), at: now) else {
            Issue.record("the twenty-first was taken")
            return
        }
        #expect(limit.refusal(of: origin(1000), at: now + wait) == nil)
        #expect(limit.refusal(of: origin(1001), at: now) == nil)
        for other in [origin(0, isAdministrator: true), .station(operator: "wang")] {
            for _ in 0..<100 { #expect(limit.refusal(of: other, at: now) == nil) }
        }
    }

    @Test("Records show who it was, as far as it is known")
    func words() {
        let process = LocalProcess(uid: 1000, user: "li", pid: 4711, program: "patrolctl", isAdministrator: false)
        #expect(CommandOrigin.process(process).description == "uid 1000 (li), pid 4711 (patrolctl)")
        #expect(origin(1000).description == "uid 1000, pid 1")
        #expect(CommandOrigin.station(operator: "wang").description == "station, wang")
        #expect(CommandOrigin.unknown.description == "unknown")
    }
}
