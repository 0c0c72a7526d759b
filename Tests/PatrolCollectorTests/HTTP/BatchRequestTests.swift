import Foundation
import NIOHTTP1
import PatrolCore
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("POST /v1/batches")
struct BatchRequestTests {
    @Test("A batch is stored and acknowledged in both encodings, compressed and not", arguments: [true, false])
    func stored(compressed: Bool) async throws {
        try await TestStation.with { station in
            for (index, encoding) in WireEncoding.allCases.enumerated() {
                let first = Int64(index) * 10 + 1
                let batch = try Samples.batch(positions: first...first + 9, events: first...first + 2)
                let answer = try await station.post(batch, as: encoding, compressed: compressed)
                #expect(answer.status == 200)
                #expect(answer.headers.first(name: "content-type") == "application/json")
                #expect(answer.acknowledged == ["events": Int(first) + 2, "positions": Int(first) + 9])
            }
            let vehicle = try await station.vehicle()
            #expect(vehicle["positions"] as? Int == 10 * WireEncoding.allCases.count)
            #expect(vehicle["events"] as? Int == 3 * WireEncoding.allCases.count)
        }
    }

    @Test("A vehicle writes only for itself")
    func vehicles() async throws {
        try await TestStation.with { station in
            let batch = try Samples.batch(vehicle: "cart-02", positions: 1...1)
            let wrong = try await station.post(batch)
            #expect(wrong.status == 403)
            #expect(wrong.errorCode == "wrong_vehicle")
            #expect(try await station.get("/v1/vehicles").json["vehicles"] as? [String] == [])
            #expect(try await station.post(batch, token: TestStation.otherToken).status == 200)
        }
    }

    @Test(
        "Without a known token nothing is even read",
        arguments: [nil, "", "token-of-cart-0", "token-of-cart-011", "TOKEN-OF-CART-01"]
    )
    func unknownToken(token: String?) async throws {
        try await TestStation.with { station in
            let answer = try await station.post(try Samples.batch(positions: 1...1), token: token)
            #expect(answer.status == 401)
            #expect(answer.errorCode == "unauthorized")
            #expect(answer.headers.first(name: "www-authenticate") == "Bearer")
            #expect(!answer.text.contains("token-of"))
        }
    }

    @Test("A token that is taken away counts no more")
    func tokenChange() async throws {
        try await TestStation.with { station in
            let batch = try Samples.batch(positions: 1...1)
            #expect(try await station.post(batch).status == 200)
            _ = try station.folder.write("cart-02 \(TestStation.otherToken)\n", to: "tokens")
            #expect(try await station.post(batch).status == 401)
        }
    }

    @Test(
        "Type and encoding are looked at before the body is read",
        arguments: [
            (["Content-Type": "text/plain"], "unsupported_media_type"), ([:], "unsupported_media_type"),
            (["Content-Type": "application/json", "Content-Encoding": "br"], "unsupported_encoding"),
            (["Content-Type": "application/json", "Content-Encoding": "gzip, gzip"], "unsupported_encoding"),
        ] as [([String: String], String)]
    )
    func types(headers: [String: String], code: String) async throws {
        try await TestStation.with { station in
            var fields = HTTPHeaders(headers.map { ($0.key, $0.value) })
            #expect(try await station.post([1, 2, 3], headers: fields).status == 401, "to strangers nothing is said")
            fields.add(name: "Authorization", value: "Bearer \(TestStation.token)")
            let answer = try await station.post([1, 2, 3], headers: fields)
            #expect(answer.status == 415)
            #expect(answer.errorCode == code)
        }
    }

    @Test("A content type with parameters and in capitals is understood")
    func parameters() async throws {
        try await TestStation.with { station in
            let answer = try await station.post(
                try Samples.encode(try Samples.batch(positions: 1...1), as: .json),
                headers: [
                    "Content-Type": "Application/JSON; charset=utf-8", "Authorization": "bearer \(TestStation.token)",
                    "Content-Encoding": "identity",
                ]
            )
            #expect(answer.status == 200)
        }
    }

    @Test("What is no batch is refused with the reason", arguments: WireEncoding.allCases)
    func garbage(encoding: WireEncoding) async throws {
        try await TestStation.with { station in
            let headers: HTTPHeaders = [
                "Content-Type": encoding.contentType, "Authorization": "Bearer \(TestStation.token)",
            ]
            for body in [[], [0xFF], Array("{}".utf8), Array("[1]".utf8), Array(repeating: UInt8(0x80), count: 1000)] {
                let answer = try await station.post(body, headers: headers)
                #expect(answer.status == 400, "\(body.prefix(10))")
                #expect(answer.errorCode == "bad_batch")
            }
            var compressed = headers
            compressed.add(name: "Content-Encoding", value: "gzip")
            let whole = try Gzip.compress(try Samples.encode(try Samples.batch(positions: 1...5), as: encoding))
            for body in [[], [0x1F, 0x8B], Array(whole.dropLast(9)), Array(repeating: 0, count: 100)] {
                #expect(try await station.post(body, headers: compressed).status == 400)
            }
            #expect(try await station.post(whole, headers: compressed).status == 200)
        }
    }

    @Test("What is wrong is said in words of ours, and what to do about it")
    func words() async throws {
        try await TestStation.with { station in
            let headers: HTTPHeaders = [
                "Content-Type": WireEncoding.json.contentType, "Authorization": "Bearer \(TestStation.token)",
            ]
            for (body, words) in [
                ("{", "is not JSON: found the end; allowed: a key in quotes or } (line 1, column 2)"),
                (
                    "<html>",
                    "is not JSON: found \"<html>\"; allowed: a value (line 1, column 1)".replacing("\"", with: "\\\"")
                ),
                ("[1]", "json is an array; allowed: an object"),
                (#"{"vehicle":1}"#, "vehicle is a number; allowed: a text"),
                (
                    #"{"vehicle":"a","journal_id":"b","boots":{},"positions":[],"events":[]}"#,
                    "boots is an object; allowed: an array"
                ),
                (
                    #"{"vehicle":"a","journal_id":"b","boots":[{"number":1.5}],"positions":[],"events":[]}"#,
                    "a number that is too large, or not whole where it must be"
                ),
            ] {
                let answer = try await station.post(Array(body.utf8), headers: headers)
                #expect(answer.status == 400 && answer.text.contains(words), "\(body): \(answer.text)")
                for foreign in ["given data", "Dictionary", "Array<", "Swift", "Parsed", "Error"] {
                    #expect(!answer.text.contains(foreign), "\(body): \(answer.text)")
                }
            }
            var compressed = headers
            compressed.add(name: "Content-Encoding", value: "gzip")
            var damaged = try Gzip.compress(Array("{}".utf8))
            damaged[damaged.count - 8] ^= 1
            for (body, words) in [
                (damaged, "were changed since"), (Array(damaged.dropLast(9)), "end before the gzip member does"),
                ([], "no bytes"), ([1, 2, 3], "not gzip"),
            ] as [([UInt8], String)] {
                let answer = try await station.post(body, headers: compressed)
                #expect(answer.status == 400 && answer.text.contains(words), "\(answer.text)")
                #expect(answer.text.contains("damaged on its way") && !answer.text.contains("leave this record out"))
                #expect(!answer.text.contains("zlib"))
            }
        }
    }

    @Test("A gap-free backlog of many batches arrives once, however often each is sent")
    func backlog() async throws {
        try await TestStation.with { station in
            for first in stride(from: Int64(1), through: 1801, by: 360) {
                let batch = try Samples.batch(latest: 5000, positions: first...first + 359)
                for _ in 0..<2 {
                    #expect(try await station.post(batch).acknowledged?["positions"] == Int(first) + 359)
                }
            }
            #expect(try await station.features().count == 2160)
            let latest = try #require(try await station.vehicle()["latest"] as? [String: Any])
            let position = try #require(latest["position"] as? [String: Any])
            #expect(position["odometer_m"] as? Int == 5000)
        }
    }

    @Test("Batches that come at the same time are all stored")
    func concurrency() async throws {
        try await TestStation.with { station in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for first in stride(from: Int64(1), to: 400, by: 10) {
                    group.addTask {
                        let batch = try Samples.batch(positions: first...first + 14)
                        #expect(try await station.post(batch).status == 200)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await station.vehicle()["positions"] as? Int == 405)
        }
    }
}
