import Foundation
import NIOHTTP1
import PatrolCore
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("What the collector shows")
struct ReadTests {
    @Test("A vehicle is listed with its journals, its figures, and its newest position with its age")
    func vehicles() async throws {
        try await TestStation.with { station in
            #expect(try await station.get("/v1/vehicles").text == #"{"vehicles":[]}"#)
            _ = try await station.post(try Samples.batch(latest: 7190, positions: 3...10, events: 1...2))
            _ = try await station.post(try Samples.batch(journal: Samples.otherJournal, events: 1...3))
            let vehicle = try await station.vehicle()
            #expect(vehicle["positions"] as? Int == 8)
            #expect(vehicle["events"] as? Int == 5)
            #expect(vehicle["last_heard"] as? String == TestStore.arrival.description)
            #expect(vehicle["last_heard_s_ago"] as? Double == 0)
            let journals = try #require(vehicle["journals"] as? [[String: Any]])
            #expect(
                journals.map { $0["id"] as? String } == [Samples.journal, Samples.otherJournal].map { $0?.description }
            )
            #expect(
                journals[0]["positions"] as? [String: Int] == ["held": 8, "last": 10, "complete": 10, "missing": 2]
            )
            let latest = try #require(vehicle["latest"] as? [String: Any])
            #expect(latest["age_s"] as? Double == 10)
            let position = try #require(latest["position"] as? [String: Any])
            #expect(position["time"] as? String == "2026-11-24T14:59:50.000Z")
            #expect(position["latitude"] as? Double == 29.3719)
            #expect(position["longitude"] as? Double == 106.3)
            #expect(position["speed_mps"] as? Double == 4.2)
            #expect(position["horizontal_error_m"] as? Double == 3.1)
            #expect(position["corrected"] == nil)
        }
    }

    @Test("Events come in the order of time, with details, and by kind")
    func events() async throws {
        try await TestStation.with { station in
            var batch = try Samples.batch(events: 1...3)
            batch.events.append(
                Samples.event(
                    4,
                    hasTime: false,
                    name: "upload.held",
                    details: ["reason": .string("\"401\""), "n": .integer(3)]
                )
            )
            batch.boots = [Samples.boot()]
            #expect(try await station.post(batch).status == 200)
            let all = try await station.get("/v1/vehicles/cart-01/events")
            #expect(all.headers.first(name: "content-type") == "application/json")
            let events = try #require(all.json["events"] as? [[String: Any]])
            #expect(events.map { $0["sequence"] as? Int } == [1, 2, 3, 4])
            #expect(events[3]["kind"] as? String == "upload.held")
            #expect(events[3]["corrected"] as? Bool == true)
            #expect(events[3]["time"] as? String == "2026-11-24T13:00:04.000Z")
            let details = try #require(events[3]["details"] as? [String: Any])
            #expect(details["reason"] as? String == "\"401\"")
            #expect(details["n"] as? Int == 3)

            let path = "/v1/vehicles/cart-01/events"
            let held = try await station.get("\(path)?kind=upload.held").json["events"] as? [[String: Any]]
            #expect(held?.count == 1)
            let range = try await station.get("\(path)?from=2026-11-24T13:00:02Z&to=2026-11-24T13:00:03Z")
            #expect((range.json["events"] as? [[String: Any]])?.count == 1)
            #expect(try await station.get("\(path)?kind=no.such").text == #"{"events":[]}"#)
        }
    }

    @Test("What cannot be asked is refused as JSON that says why")
    func refusals() async throws {
        try await TestStation.with { station in
            _ = try await station.post(try Samples.batch(positions: 1...1))
            let cases: [(HTTPMethod, String, UInt, String)] = [
                (.GET, "/", 404, "not_found"), (.GET, "/v1/vehicles/cart-01", 404, "not_found"),
                (.POST, "/v1/nothing", 404, "not_found"), (.GET, "/v1/batches", 405, "method_not_allowed"),
                (.PUT, "/v1/health", 405, "method_not_allowed"), (.DELETE, "/v1/vehicles", 405, "method_not_allowed"),
                (.GET, "/v1/vehicles/cart-09/track", 404, "unknown_vehicle"),
                (.GET, "/v1/vehicles/cart-09/events", 404, "unknown_vehicle"),
                (.GET, "/v1/vehicles/cart-01/track?from=soon", 400, "bad_query"),
                (.GET, "/v1/vehicles/cart-01/track?shape=circle", 400, "bad_query"),
                (.GET, "/v1/vehicles/cart-01/events?shape=points", 400, "bad_query"),
                (.GET, "/v1/vehicles?all", 400, "bad_query"),
            ]
            for (method, path, status, code) in cases {
                let answer = try await station.send(method, path)
                #expect(answer.status == status, "\(path)")
                #expect(answer.errorCode == code, "\(path)")
                #expect((answer.headers.first(name: "allow") != nil) == (status == 405), "\(path)")
            }
        }
    }

    @Test("HEAD is answered as GET, without a body")
    func head() async throws {
        try await TestStation.with { station in
            let answer = try await station.send(.HEAD, "/v1/health")
            #expect(answer.status == 200)
            #expect(answer.headers.first(name: "content-type") == "application/json")
            #expect(answer.body.isEmpty)
            #expect(try await station.send(.HEAD, "/v1/vehicles").headers.first(name: "content-length") == "15")
            #expect(try await station.send(.HEAD, "/v1/vehicles/x/track").status == 404)
            _ = try await station.post(try Samples.batch(positions: 1...1))
            // Its length is known only when it is written: the connection's end is the answer's.
            let track = try await station.send(.HEAD, "/v1/vehicles/cart-01/track")
            #expect(track.status == 200 && track.body.isEmpty)
            #expect(try await station.send(.HEAD, "/v1/batches").headers.first(name: "allow") == "POST, OPTIONS")
        }
    }

    @Test("Everything is there when the collector was stopped and started")
    func restart() async throws {
        try await TemporaryFolder.with { folder in
            let paths = ["/v1/vehicles", "/v1/vehicles/cart-01/track", "/v1/vehicles/cart-01/events"]
            let batch = try Samples.batch(latest: 300, boots: [Samples.boot()], positions: 1...250, events: 1...20)
            let before = try await TestStation.with(folder: folder) { station in
                #expect(try await station.post(batch).status == 200)
                var texts: [String] = []
                for path in paths { texts.append(try await station.get(path).text) }
                return texts
            }
            try await TestStation.with(folder: folder) { station in
                for (path, text) in zip(paths, before) {
                    let answer = try await station.get(path)
                    #expect(answer.text == text, "\(path)")
                }
            }
        }
    }
}

@Suite("Who may read")
struct ReadAccessTests {
    private static let paths = ["/v1/vehicles", "/v1/vehicles/cart-01/track", "/v1/vehicles/cart-01/events"]

    @Test("With an operators' token only who has it; health is for everybody")
    func operatorToken() async throws {
        let adjust: (inout CollectorOptions, TemporaryFolder) throws -> Void = { options, folder in
            options.operatorTokenFile = try folder.write("operators-own\n", to: "operator")
        }
        try await TestStation.with(adjust: adjust) { station in
            _ = try await station.post(try Samples.batch(positions: 1...1, events: 1...1))
            for path in Self.paths {
                let without = try await station.get(path)
                #expect(without.status == 401)
                #expect(without.errorCode == "unauthorized")
                #expect(without.headers.first(name: "www-authenticate") == "Bearer")
                // A cart writes and does not read.
                let cart = try await station.get(path, headers: ["Authorization": "Bearer \(TestStation.token)"])
                #expect(cart.status == 401)
                let with = try await station.get(path, headers: ["Authorization": "Bearer operators-own"])
                #expect(with.status == 200)
            }
            #expect(try await station.get("/v1/health").status == 200)
            let batch = try Samples.batch(positions: 2...2)
            #expect(try await station.post(batch, token: "operators-own").status == 401)
        }
    }

    @Test("Without one only this machine, and not through a proxy on it", arguments: ["Forwarded", "X-Forwarded-For"])
    func local(header: String) async throws {
        try await TestStation.with { station in
            _ = try await station.post(try Samples.batch(positions: 1...1, events: 1...1))
            for path in Self.paths {
                #expect(try await station.get(path).status == 200)
                let forwarded = try await station.get(path, headers: [header: "203.0.113.7"])
                #expect(forwarded.status == 403)
                #expect(forwarded.errorCode == "forbidden")
            }
        }
    }
}
