import Foundation
import HTTPTypes
import NIOCore
import PatrolCore
import Testing

@testable import PatrolHTTPServer

@Suite("The form of a refusal")
struct HTTPFailureTests {
    @Test("It goes out as code, message and hint, and comes back as it was", arguments: ErrorCode.allCases)
    func form(code: ErrorCode) throws {
        let failure = HTTPFailure(code, "\"x\" / y", hint: "z")
        let text = String(buffer: failure.body)
        #expect(text == #"{"error":{"code":"\#(code.rawValue)","hint":"z","message":"\"x\" / y"}}"#)
        #expect(try JSONDecoder().decode(ErrorForm.self, from: Data(text.utf8)).error == failure.error)
        #expect(failure.status.code == code.status && !failure.status.reasonPhrase.isEmpty)
    }

    @Test("A reason's own word stands for the code, and a code that nobody knows yet is a conflict's reason")
    func reason() throws {
        let failure = HTTPFailure(RequestError(conflict: "quiet", "x"))
        #expect(String(buffer: failure.body) == #"{"error":{"code":"quiet","message":"x"}}"#)
        let read = try JSONDecoder().decode(ErrorForm.self, from: Data(failure.body.readableBytesView)).error
        #expect(read == failure.error && read.code.exitCode == 1 && read.code.status == 409)
    }
}
