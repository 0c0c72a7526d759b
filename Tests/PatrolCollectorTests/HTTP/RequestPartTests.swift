import HTTPTypes
import HummingbirdCore
import PatrolCore
import PatrolHTTPServer
import Testing

@testable import PatrolCollector

@Suite("Parts of a request")
struct RequestPartTests {
    @Test("A range in time is read from the query")
    func range() throws {
        let range = try QueryParameters(
            URI("/v1/vehicles/a/track?from=2026-11-24T21:00:00%2B08:00&to=2026-11-25"),
            allowed: ["from", "to"]
        ).timeRange()
        #expect(range.from?.description == "2026-11-24T13:00:00.000Z")
        #expect(range.to?.description == "2026-11-25T00:00:00.000Z")
        #expect(try QueryParameters(URI("/x"), allowed: []).timeRange() == TimeRange(from: nil, to: nil))
    }

    @Test(
        "A query that cannot be meant is refused and named",
        arguments: [
            ("from=yesterday", "yesterday"), ("from=", "from"), ("from", "from"),
            ("form=2026-11-24", "form"), ("fro=2026-11-24", "did you mean from?"),
            ("from=2026-11-24&from=2026-11-25", "twice"), ("from=2026-11-24&to=2026-11-24", "not before"),
            ("from=2026-11-25&to=2026-11-24", "not before"), ("to=2026-11-24T24:00:00Z", "24:00"),
        ]
    )
    func refused(query: String, word: String) throws {
        let failure = try #require(throws: RequestError.self) {
            try QueryParameters(URI("/x?\(query)"), allowed: ["from", "to"]).timeRange()
        }
        #expect(failure.code == .badQuery && failure.code.status == 400)
        #expect(failure.message.contains(word))
        #expect(failure.hint != nil)
    }
}

@Suite("Where to listen")
struct ListenAddressTests {
    @Test(
        "An address survives the way to text and back",
        arguments: ["127.0.0.1:8080", "localhost:0", "[::1]:65535", "[::]:8080", "station.example:80"]
    )
    func roundTrip(text: String) throws {
        #expect(try #require(ListenAddress(text)).description == text)
    }

    @Test(
        "What is no address is refused",
        arguments: ["", ":", "8080", ":8080", "host", "host:", "host:65536", "host:-1", "::1:8080", "[]:80", "a b:80"]
    )
    func refused(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
