import PatrolCore
import Testing

@testable import PatrolUplink

@Suite("What a reply means")
struct ReplyTests {
    private enum Kind: String {
        case acknowledged, retryLater, held, tooLarge, rejected

        init(_ outcome: UploadOutcome) {
            switch outcome {
            case .acknowledged: self = .acknowledged
            case .retryLater: self = .retryLater
            case .heldUntilPersonActs: self = .held
            case .tooLarge: self = .tooLarge
            case .rejected: self = .rejected
            }
        }
    }

    private func reply(_ status: Int, _ body: String = "", location: String? = nil) -> Reply {
        Reply(
            status: status,
            phrase: "Phrase",
            retryAfter: nil,
            date: nil,
            location: location,
            body: .complete(Array(body.utf8))
        )
    }

    @Test("Each status has its meaning")
    func statuses() {
        for status in 0...999 {
            let expected: Kind =
                switch status {
                case 200...299: .retryLater  // the body holds no acknowledgement
                case 300...399: .held
                case 401, 402, 403, 404, 405, 406, 407, 410, 415, 421, 426, 451: .held
                case 413: .tooLarge
                case 408, 425, 429: .retryLater
                case 400...499: .rejected
                default: .retryLater
                }
            let outcome = reply(status).outcome
            #expect(Kind(outcome) == expected, "\(status)")
            #expect("\(outcome)".contains("\(status)"), "the reason must name the status")
        }
    }

    @Test(
        "A redirect names the new host and nothing else of the address",
        arguments: [
            ("https://other.example:8443/v1/batches?token=secret", " to other.example:"), ("/elsewhere", "moved:"),
            (nil, "moved:"), ("https://user:secret@other.example/", " to other.example:"), ("\u{202E}:::", "moved:"),
        ] as [(String?, String)]
    )
    func redirect(location: String?, words: String) throws {
        guard case .heldUntilPersonActs(let reason) = reply(308, location: location).outcome else {
            Issue.record("not held")
            return
        }
        #expect(reason.contains(words), "\(reason)")
        #expect(!reason.contains("secret"))
    }

    @Test(
        "A remark of the receiver is told on one line, at a length that can be read, and only if it is for people",
        arguments: [
            ("", ""), ("   \r\n ", ""), ("unknown token", ": unknown token"), ("two\nlines\u{0}!", ": two lines !"),
            ("<html>proxy</html>", ""), (#"{"error": {"code": "x", "message": "no room"}}"#, ": no room"),
            (#"{"error": {"message": "no room", "hint": "make some"}}"#, ": no room (make some)"),
            (#"{"error": "no room"}"#, #": {"error": "no room"}"#), ("车辆未知", ": 车辆未知"),
            ("a\u{202E}b\u{1B}[31m", ": a b [31m"),
        ]
    )
    func remark(body: String, expected: String) {
        #expect(reply(422, body).remark == expected)
        #expect(reply(422, String(repeating: "x", count: 5000)).remark.count == 163)
    }
}
