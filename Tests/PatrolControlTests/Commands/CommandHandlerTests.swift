import PatrolAPI
import PatrolCore
import Testing

@testable import PatrolControl

@Suite("What people order over the socket, and what they are told")
struct CommandHandlerTests {
    private static let guardsman = CommandOrigin.process(
        LocalProcess(uid: 1000, user: "li", pid: 7, program: "patrolctl", isAdministrator: false)
    )

    private func refusal(
        of cart: VirtualCart,
        _ order: (CommandHandler) async throws -> Void
    ) async throws -> RequestError {
        let handler = CommandHandler(cart: cart, loudspeaker: nil)
        return try await #require(throws: RequestError.self) { try await order(handler) }
    }

    @Test("An order reaches the cart with its origin, and is answered when its record is durable")
    func done() async throws {
        let cart = VirtualCart()
        let handler = CommandHandler(cart: cart, loudspeaker: nil)
        try await handler.mark(MarkCommand(text: "a stone"), by: Self.guardsman)
        try await handler.startDuty(DutyCommand(kind: "visit", officer: "007"), by: Self.guardsman)
        try await handler.endDuty(by: Self.guardsman)
        #expect(
            cart.commands == [.mark(text: "a stone"), .startDuty(.visit, officer: OfficerID("007")), .endDuty]
        )
        #expect(cart.origins == [Self.guardsman, Self.guardsman, Self.guardsman])
    }

    @Test("What cannot be meant never reaches the cart; the answer names the member, its value and what is allowed")
    func words() async throws {
        let cart = VirtualCart()
        let orders: [(String, String, (CommandHandler) async throws -> Void)] = [
            (
                "text is", "at most 500",
                { try await $0.mark(MarkCommand(text: String(repeating: "x", count: 501)), by: .unknown) }
            ),
            ("until is \"soon\"", "RFC 3339", { try await $0.mute(MuteCommand(until: "soon"), by: .unknown) }),
            (
                "kind is \"party\"", "patrol",
                { try await $0.startDuty(DutyCommand(kind: "party", officer: nil), by: .unknown) }
            ),
            (
                "officer is \"a b\"", "1 to 64",
                { try await $0.startDuty(DutyCommand(kind: nil, officer: "a b"), by: .unknown) }
            ),
            (
                "priority is \"scheduled\"", "manual",
                { _ = try await $0.say(SayCommand(clip: "a", priority: "scheduled", reason: nil), by: .unknown) }
            ),
            (
                "repeat is \"0\"", "from 1 to 100",
                { _ = try await $0.say(SayCommand(clip: "a", priority: nil, reason: nil, repeats: 0), by: .unknown) }
            ),
        ]
        for (message, hint, order) in orders {
            let error = try await refusal(of: cart, order)
            #expect(error.code == .badRequest && error.message.hasPrefix(message), "\(error)")
            #expect(error.hint?.contains(hint) == true, "\(error)")
        }
        #expect(cart.commands.isEmpty)
    }

    @Test("A refusal of the cart has a code for programs and words for people")
    func refusals() async throws {
        let cart = VirtualCart()
        #expect(try await refusal(of: cart) { try await $0.unmute(by: .unknown) }.code == .notFound)
        let noDuty = try await refusal(of: cart) { try await $0.endDuty(by: .unknown) }
        #expect(noDuty.code == .conflict)
        let handler = CommandHandler(cart: cart, loudspeaker: nil)
        try await handler.startDuty(DutyCommand(kind: nil, officer: nil), by: .unknown)
        let runs = try await refusal(of: cart) {
            try await $0.startDuty(DutyCommand(kind: nil, officer: nil), by: .unknown)
        }
        #expect(runs.code == .conflict && runs.hint == "patrolctl duty end ends it")
        for _ in 0..<20 { try await handler.mark(MarkCommand(text: nil), by: Self.guardsman) }
        let tooMany = try await refusal(of: cart) { try await $0.mark(MarkCommand(text: nil), by: Self.guardsman) }
        #expect(tooMany.code == .tooMany && tooMany.message == "too many marks: the mark was NOT taken")
    }

    @Test("Nobody is told that an order is done whose record is not on disk, or that nobody took")
    func notDone() async throws {
        let lost = try await refusal(of: VirtualCart(durability: .lost(reason: "no room"))) {
            try await $0.mark(MarkCommand(text: nil), by: .unknown)
        }
        #expect(lost.code == .notDurable && lost.message == "the mark was NOT taken: no room")
        let full = try await refusal(of: VirtualCart(isFull: true)) {
            try await $0.mark(MarkCommand(text: nil), by: .unknown)
        }
        #expect(full.code == .unavailable)
    }

    @Test("The answer says whether it is in force, kept, or not taken")
    func words() {
        let waiting = RequestError.notDurable("the mark", .waiting(reason: "no space"))
        #expect(waiting.code == .notDurable)
        #expect(waiting.message.contains("kept in memory and tried again"))
        #expect(waiting.message.hasSuffix("no space"))
        #expect(
            RequestError.notDurable("the mute", .waiting(reason: "x"), isInForce: true).message.contains("in force")
        )
        #expect(RequestError.notDurable("the mark", .lost(reason: "x")).message == "the mark was NOT taken: x")
    }
}
