import PatrolAPI
import PatrolCore
import Testing

@testable import PatrolControl

@Suite("Refused records are sent again by order")
struct RetryHandlerTests {
    private let uploads = VirtualUploads(held: [("station", 3), ("archive", 4)])

    @Test("One destination, or all of them; what was sent again is not held any more")
    func retry() async throws {
        let handler = RetryHandler(uploads: uploads)
        #expect(try await handler.retry("archive", by: .unknown) == 4)
        #expect(try await handler.retry(nil, by: .unknown) == 3)
        #expect(try await handler.retry(nil, by: .unknown) == 0)
    }

    @Test("What is given up needs a reason, and is not held any more")
    func skip() async throws {
        let handler = RetryHandler(uploads: uploads)
        for reason in ["", "  ", String(repeating: "x", count: 201)] {
            let error = try await #require(throws: RequestError.self) {
                try await handler.skip("archive", because: reason, by: .unknown)
            }
            #expect(error.code == .badRequest && error.message.contains("reason"))
        }
        #expect(try await handler.skip("archive", because: "a bug of last week", by: .unknown) == 4)
        #expect(try await handler.skip("archive", because: "again", by: .unknown) == 0)
    }

    @Test("Now is for one destination, or for all of them")
    func now() async throws {
        let handler = RetryHandler(uploads: uploads)
        try await handler.now("archive", by: .unknown)
        try await handler.now(nil, by: .unknown)
        #expect(uploads.triedNow == ["archive", "station", "archive"])
        await #expect(throws: RequestError.self) { try await handler.now("nowhere", by: .unknown) }
    }

    @Test("A destination that is not there is named, with those that are")
    func unknown() async throws {
        let error = try await #require(throws: RequestError.self) {
            try await RetryHandler(uploads: uploads).retry("nowhere", by: .unknown)
        }
        #expect(error.code == .notFound && error.message == "no destination is named nowhere")
        #expect(error.hint == "allowed: station, archive")
        let none = try await #require(throws: RequestError.self) {
            try await RetryHandler(uploads: VirtualUploads(held: [])).retry("x", by: .unknown)
        }
        #expect(none.hint == "none is configured")
    }

    @Test("An order that is not on disk is not said to be done")
    func notDurable() async throws {
        let stuck = VirtualUploads(held: [("station", 1)], durability: .waiting(reason: "the journal does not answer"))
        let error = try await #require(throws: RequestError.self) {
            try await RetryHandler(uploads: stuck).retry(nil, by: .unknown)
        }
        #expect(error.code == .notDurable && error.message.contains("the journal does not answer"))
    }
}
