import PatrolCore
import PatrolWire
import Testing

@testable import PatrolUplink

@Suite("What a reply means")
struct ReplyTests {
    enum Kind: String {
        case acknowledged, retryLater, foreign, held, tooLarge, rejected, tooLargeForJSON, rejectedForJSON, contradicted

        init(_ outcome: UploadOutcome) {
            switch outcome {
            case .acknowledged: self = .acknowledged
            case .retryLater: self = .retryLater
            case .foreignAnswer: self = .foreign
            case .heldUntilPersonActs: self = .held
            case .tooLarge(_, .receiver): self = .tooLarge
            case .rejected(_, .receiver): self = .rejected
            case .contradicted: self = .contradicted
            case .tooLarge(_, .receiverOfJSON): self = .tooLargeForJSON
            case .rejected(_, .receiverOfJSON): self = .rejectedForJSON
            }
        }
    }

    private static let ownForm = #"{"error": {"code": "bad_batch", "message": "no room", "hint": "make some"}}"#

    private func reply(
        _ status: Int,
        _ body: String = "",
        type: String = "",
        location: String? = nil,
        server: String? = nil
    ) -> Reply {
        Reply(
            status: status,
            phrase: "Phrase",
            retryAfter: nil,
            date: nil,
            location: location,
            mediaType: type,
            server: server,
            body: .complete(Array(body.utf8))
        )
    }

    @Test("Each status of anybody but the receiver is an outage, whatever the batch's encoding")
    func foreign() {
        let pages = [
            ("", ""), ("<html><h1>400 The plain HTTP request was sent to HTTPS port</h1>", "text/html"),
            (" <html></html>", ""), ("nope", "text/plain"), (Self.ownForm, "text/html"), (Self.ownForm, ""),
            (#"{"error": "no"}"#, "application/json"),
            (#"{"error": {"code": 400, "message": "x"}}"#, "application/json"),
            (#"{"error": {"code": "", "message": "x"}}"#, "application/json"), ("{", "application/json"),
        ]
        for (body, type) in pages {
            for status in 0...999 {
                let expected: Kind =
                    switch status {
                    case 408, 425, 429, 500...599: .retryLater
                    default: .foreign
                    }
                let outcome = reply(status, body, type: type).outcome(to: .protobuf)
                #expect(Kind(outcome) == expected, "\(status) \(type) \(body)")
                #expect("\(outcome)".contains("\(status)"), "the reason must name the status")
            }
        }
    }

    @Test(
        "A 409 that says what is held is no refusal of a record; with anything missing it is",
        arguments: [
            (#""code": "rolled-back""#, #""held": {"events": 9, "positions": 9}, "same": {"events": 3}"#, 3, nil, nil),
            (#""code": "rolled-back""#, #""held": {"events": 9, "positions": 9}"#, nil, nil, nil),
            (#""code": "rolled-back""#, #""same": {"events": -1, "positions": 9223372036854775807}"#, nil, .max, nil),
            (#""code": "conflict", "lane": "positions", "first": 7"#, #""acknowledged": {"events": 4}"#, 4, nil, 7),
            (#""code": "conflict", "lane": "positions", "first": 7"#, #""a": 1"#, nil, nil, 7),
        ] as [(String, String, Int64?, Int64?, Int64?)]
    )
    func contradicted(_ inside: String, _ beside: String, events: Int64?, positions: Int64?, first: Int64?) {
        let body = "{\"error\": {\(inside), \"message\": \"m\", \"hint\": \"h\"}, \(beside)}"
        let outcome = reply(409, body, type: "application/json").outcome(to: .protobuf)
        guard case .contradicted(let said, let reason) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason.contains("409"))
        #expect(said.agreed.events?.rawValue == events && said.agreed.positions?.rawValue == positions)
        #expect(said.first.positions?.rawValue == first && said.first.events == nil)
        for other in [
            body.replacing("positions\", \"first", with: "places\", \"first"), body.replacing("7", with: "0"),
            body.replacing("7", with: "1e99"),
        ] where first != nil {
            #expect(Kind(reply(409, other, type: "application/json").outcome(to: .protobuf)) == .rejected)
        }
        #expect(Kind(reply(409, body, type: "text/html").outcome(to: .protobuf)) == .foreign)
        #expect(Kind(reply(422, body, type: "application/json").outcome(to: .protobuf)) == .rejected)
    }

    @Test("In the collector's own form each status has its meaning")
    func own() {
        for encoding in WireEncoding.allCases {
            for status in 400...599 {
                let expected: Kind =
                    switch status {
                    case 400, 409, 422: .rejected
                    case 413: .tooLarge
                    case 408, 425, 429, 500...599: .retryLater
                    default: .held
                    }
                let outcome = reply(status, Self.ownForm, type: "application/json").outcome(to: encoding)
                #expect(Kind(outcome) == expected, "\(status)")
                #expect("\(outcome)".contains("\(status) Phrase: no room (make some)"), "\(outcome)")
            }
        }
    }

    @Test("A receiver of JSON may refuse in a form of its own, but not with a page and not with another status")
    func receiverOfJSON() {
        for (body, type) in [("", ""), (#"{"detail": "bad"}"#, "application/json"), ("bad", "text/plain")] {
            for status in 400...499 {
                let expected: Kind =
                    switch status {
                    case 400, 422: .rejectedForJSON
                    case 413: .tooLargeForJSON
                    case 408, 425, 429: .retryLater
                    default: .foreign
                    }
                #expect(Kind(reply(status, body, type: type).outcome(to: .json)) == expected, "\(status) \(body)")
            }
        }
        for (body, type) in [("<html>", ""), ("bad", "text/html"), ("bad", "application/xhtml+xml")] {
            for status in [400, 413, 422] {
                #expect(Kind(reply(status, body, type: type).outcome(to: .json)) == .foreign, "\(status) \(body)")
            }
        }
    }

    @Test(
        "Who wants a person's credentials needs a person",
        arguments: [400: false, 401: true, 403: true, 404: false, 407: true]
    )
    func needsPerson(status: Int, expected: Bool) {
        guard
            case .foreignAnswer(_, let needsPerson) = reply(status, "<html>", type: "text/html").outcome(to: .protobuf)
        else {
            Issue.record("\(status) is not foreign")
            return
        }
        #expect(needsPerson == expected)
    }

    @Test(
        "A redirect names the new host and nothing else of the address",
        arguments: [
            ("https://other.example:8443/v1/batches?token=secret", " to other.example;"), ("/elsewhere", "sends on;"),
            (nil, "sends on;"), ("https://user:secret@other.example/", " to other.example;"),
            ("\u{202E}:::", "sends on;"),
        ] as [(String?, String)]
    )
    func redirect(location: String?, words: String) throws {
        guard case .foreignAnswer(let reason, false) = reply(308, location: location).outcome(to: .protobuf) else {
            Issue.record("not foreign")
            return
        }
        #expect(reason.contains(words), "\(reason)")
        #expect(!reason.contains("secret"))
    }

    @Test(
        "What was said is told on one line, at a length that can be read, without tags and control characters",
        arguments: [
            ("", ""), ("   \r\n ", ""), ("unknown token", ": unknown token"), ("two\nlines\u{1}!", ": two lines !"),
            ("<html><head>\n<title>400</title></head><b>bad\n  request</b>nginx</html>", ": 400 bad request nginx"),
            (#"{"error": {"code": "x", "message": "no room"}}"#, ": no room"),
            (#"{"error": {"code": "x", "message": "no room", "hint": "make some"}}"#, ": no room (make some)"),
            (#"{"error": "no room"}"#, #": {"error": "no room"}"#), ("车辆未知", ": 车辆未知"),
            ("a\u{202E}b\u{1B}[31m", ": a b [31m"), ("PNG\u{0}\u{1}", ": 5 bytes that are no text"),
        ]
    )
    func remark(body: String, expected: String) {
        #expect(reply(422, body, type: "application/json").remark == expected)
    }

    @Test("However long, and with however many marks on one letter, it stays short")
    func bounds() {
        for body in [
            String(repeating: "x", count: 5000), "e" + String(repeating: "\u{301}", count: 30_000),
            #"{"error": {"code": "x", "message": ""# + String(repeating: "\u{301}", count: 30_000) + #""}}"#,
        ] {
            let remark = reply(422, body, type: "application/json").remark
            #expect((2...203).contains(remark.unicodeScalars.count), "\(remark.unicodeScalars.count)")
        }
        let server = reply(400, server: String(repeating: "s", count: 5000)).outcome(to: .protobuf)
        #expect("\(server)".count < 300)
    }

    @Test("A page in another encoding than UTF-8 is told by what can be read of it")
    func otherEncodings() throws {
        // GBK: 登录 (log in).
        let bytes: [UInt8] = [0xB5, 0xC7, 0xC2, 0xBC]
        var portal = reply(200, type: "text/html")
        portal.body = .complete(Array("<title>WLAN ".utf8) + bytes + Array("</title>".utf8))
        #expect(portal.remark.hasPrefix(": WLAN \u{FFFD}"))
    }

    @Test("Gzip that nobody asked for is taken off, within the bound; another coding is named")
    func codings() throws {
        let plain = Array(Self.ownForm.utf8)
        for coding in [nil, "gzip", "GZIP", "x-gzip"] {
            var reply = reply(422, type: "application/json")
            reply.body = Reply.Body(try Gzip.compress(plain), contentEncoding: coding)
            #expect(Kind(reply.outcome(to: .protobuf)) == .rejected)
            #expect(reply.remark == ": no room (make some)")
        }
        let bomb = try Gzip.compress([UInt8](repeating: 0x20, count: 60 << 20))
        var reply = reply(200)
        reply.body = Reply.Body(bomb, contentEncoding: "gzip")
        #expect(Kind(reply.outcome(to: .protobuf)) == .foreign)
        #expect(reply.remark.contains("more than 65536 bytes"), "\(reply.remark)")
        reply.body = Reply.Body(Array(try Gzip.compress(plain).dropLast(3)), contentEncoding: "gzip")
        #expect(reply.remark.contains("gzip, which nobody asked for"), "\(reply.remark)")
        reply.body = Reply.Body([1, 2, 3], contentEncoding: "br")
        #expect(reply.remark == ": 3 bytes with the content coding br, which nobody asked for")
        reply.body = Reply.Body(plain, contentEncoding: "identity")
        #expect(reply.remark.contains("no room"))
    }

    @Test("An acknowledgement through a proxy that compresses is one")
    func compressedAcknowledgement() throws {
        let acknowledgement = Acknowledgement(events: .number(9), positions: .number(3)).json
        var reply = reply(200, type: "application/json")
        reply.body = Reply.Body(try Gzip.compress(acknowledgement), contentEncoding: "gzip")
        #expect(reply.outcome(to: .protobuf) == .acknowledged(events: .number(9), positions: .number(3)))
    }
}
