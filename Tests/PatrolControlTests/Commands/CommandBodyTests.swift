import HTTPTypes
import HummingbirdCore
import NIOCore
import PatrolAPI
import PatrolCore
import Testing

@testable import PatrolControl

@Suite("What somebody orders, and what he meant")
struct CommandBodyTests {
    @Test("An empty body is a command without members")
    func empty() async throws {
        let request = Request(
            head: HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/v1/mute"),
            body: RequestBody(buffer: ByteBuffer())
        )
        #expect(try await CommandBody.read(MuteCommand.self, of: request).until == nil)
    }

    @Test(
        "A member that no command has, one of the wrong type and what is no JSON are sentences",
        arguments: [
            (#"{"untill": "2026-11-25T13:00:00Z"}"#, #"has the member "untill"; did you mean until?"#),
            (#"{"until": 5}"#, "until is a number; allowed: a text"),
            (#"{"until": null, "x": 1}"#, #"has the member "x""#),
            ("[]", "is an array; allowed: an object"), ("{", "cannot be read"), ("{\"until\"}", "cannot be read"),
            ("\u{0}", "cannot be read"),
            (#"{"until": x}"#, #"it is not JSON: found "x}"; allowed: a value (line 1, column 11)"#),
        ]
    )
    func refused(body: String, words: String) throws {
        let error = #expect(throws: RequestError.self) {
            try CommandBody.decode(MuteCommand.self, from: Array(body.utf8))
        }
        let body = try #require(error)
        #expect(body.code == .badRequest)
        #expect(body.message.contains(words), "\(body.message)")
        for foreign in ["DecodingError", "Context", "given data"] { #expect(!body.message.contains(foreign)) }
        #expect(body.hint == "allowed: a JSON object with until")
    }

    @Test("What is missing is named")
    func missing() throws {
        let error = #expect(throws: RequestError.self) {
            try CommandBody.decode(SayCommand.self, from: Array("{}".utf8))
        }
        #expect(try #require(error).message.contains("clip is missing"))
    }
}
