import Testing

@testable import PatrolCore

@Suite("Why a request is not granted: one table for socket, collector and the programs that ask")
struct RequestErrorTests {
    /// Programs rely on each of them.
    private static let table: [(ErrorCode, word: String, status: Int, exitCode: Int32)] = [
        (.badRequest, "bad_request", 400, 1), (.badQuery, "bad_query", 400, 1), (.badBatch, "bad_batch", 400, 1),
        (.unauthorized, "unauthorized", 401, 1), (.forbidden, "forbidden", 403, 1),
        (.wrongVehicle, "wrong_vehicle", 403, 1), (.notFound, "not_found", 404, 1),
        (.unknownVehicle, "unknown_vehicle", 404, 1), (.methodNotAllowed, "method_not_allowed", 405, 1),
        (.timeout, "timeout", 408, 1), (.conflict, "conflict", 409, 1), (.tooLarge, "too_large", 413, 1),
        (.unsupportedMediaType, "unsupported_media_type", 415, 1),
        (.unsupportedEncoding, "unsupported_encoding", 415, 1), (.tooMany, "too_many", 429, 1),
        (.internal, "internal", 500, 1), (.notImplemented, "not_implemented", 501, 1),
        (.unavailable, "unavailable", 503, 2), (.busy, "busy", 503, 2), (.notDurable, "not_durable", 503, 2),
    ]

    @Test("Each code has its word, its status and its exit code")
    func codes() {
        #expect(Self.table.map(\.0) == ErrorCode.allCases)
        for (code, word, status, exitCode) in Self.table {
            #expect(code.rawValue == word && code.status == status && code.exitCode == exitCode, "\(code)")
            #expect(RequestError(code, "x").word == word)
        }
    }

    @Test("A clip that is not played is a conflict, with the reason's own word")
    func reason() {
        let error = RequestError(conflict: "muted", "not played: muted", hint: "patrolctl unmute ends the mute")
        #expect(error.word == "muted" && error.code == .conflict && error.code.status == 409)
        #expect(error.description == "not played: muted (patrolctl unmute ends the mute)")
    }

    @Test("What cannot be meant is named with its value and what is allowed, bounded however long it is")
    func words() {
        let long = String(repeating: "x", count: 10_000)
        #expect(
            RequestError.value("kind", "party", allowed: "patrol").description == "kind is \"party\" (allowed: patrol)"
        )
        let unknown = RequestError.unknownParameter("dat", allowed: ["date"], code: .badQuery)
        #expect(unknown.description == "there is no parameter \"dat\" here; did you mean date? (allowed: date)")
        #expect(unknown.code == .badQuery)
        #expect(RequestError.unknownParameter("x", allowed: []).hint == "allowed: none")
        for error in [
            RequestError.value("x", long, allowed: "y"), .unknownParameter(long, allowed: []), .repeatedParameter(long),
        ] {
            #expect(error.description.count < 200)
        }
    }
}
