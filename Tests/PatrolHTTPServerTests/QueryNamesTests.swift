import HummingbirdCore
import PatrolCore
import Testing

@testable import PatrolHTTPServer

@Suite("The names of a query's parameters")
struct QueryNamesTests {
    @Test(
        "A parameter that nobody reads is refused, and one that is there twice",
        arguments: [
            ("/v1/health?foo=1", [], "\"foo\""), ("/x?dat=1", ["date"], "did you mean date?"),
            ("/x?a=1&a=2", ["a"], "twice"),
        ]
            as [(String, [String], String)]
    )
    func queries(path: String, allowed: [String], words: String) throws {
        let error = #expect(throws: RequestError.self) { try QueryNames.check(URI(path), allowed: allowed) }
        #expect(try #require(error).message.contains(words))
    }
}
