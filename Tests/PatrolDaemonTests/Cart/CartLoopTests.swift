import PatrolCore
import Testing

@testable import PatrolDaemon
@testable import PatrolJournal

@Suite("The cart's thread")
struct CartLoopTests {
    @Test(
        "The first record is the start, the last one the stop; then nothing is taken, and what is asked gets the last answer"
    )
    func life() async throws {
        var loop: CartLoop?
        try await CartRig.run { rig in
            loop = rig.cart
            #expect(await rig.perform(.mark(text: "x")) == .done)
            await rig.cart.stop()
            let names = try await rig.journal.events(HistoryQuery(limit: 100)).map(\.recorded.record.name)
            #expect(names.first == "daemon.started" && names.contains("mark") && names.last == "daemon.stopped")
            #expect(await rig.perform(.mark(text: "too late")) == nil)
        }
        #expect(await loop?.snapshot() != nil)
    }

    @Test("A question is answered as the cart is then: what was posted before is in it")
    func question() async throws {
        try await CartRig.run { rig in
            #expect(await rig.cart.snapshot()?.duty == nil)
            #expect(await rig.perform(.startDuty(.visit, officer: nil)) == .done)
            #expect(await rig.cart.snapshot()?.duty?.kind == .visit)
        }
    }

    @Test("A hundred at once are each answered, once")
    func many() async throws {
        try await CartRig.run { rig in
            let replies = await withTaskGroup(of: CommandReply?.self) { group in
                for number in 0..<100 { group.addTask { await rig.perform(.mark(text: "\(number)")) } }
                var replies: [CommandReply?] = []
                for await reply in group { replies.append(reply) }
                return replies
            }
            // Beyond 64 that wait in one moment they are refused, and told so.
            let done = replies.filter { $0 == .done }.count
            let refused = replies.filter { $0 == nil }.count
            #expect(replies.count == 100 && done + refused == 100, "\(replies)")
            let marks = try await rig.journal.events(HistoryQuery(kinds: ["mark"], limit: 1000)).count
            #expect(marks == done && done >= 64)
        }
    }
}
