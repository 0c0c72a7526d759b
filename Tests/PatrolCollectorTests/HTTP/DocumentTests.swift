import Foundation
import NIOHTTP1
import OpenAPICheck
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("The collector's OpenAPI document, and its metrics")
struct CollectorDocumentTests {
    @Test("The document that is served describes each path and method, and none besides")
    func walk() async throws {
        try await TestStation.with { station in
            let served = try await station.get("/v1/openapi.json")
            #expect(served.status == 200 && served.body == PackageResources.openapi_json)
            // The answer to a path that there is not names all that there are, and OPTIONS the methods of one.
            let error = try #require(try await station.get("/v1/nowhere").json["error"] as? [String: Any])
            let hint = try #require(error["hint"] as? String)
            var operations: Set<String> = []
            for path in hint.dropFirst("there is ".count).split(separator: ", ").map(String.init) {
                let answer = try await station.send(.OPTIONS, path.replacing("{vehicle}", with: "cart-01"))
                let allowed = try #require(answer.headers.first(name: "allow"))
                for method in allowed.split(separator: ", ") where !["HEAD", "OPTIONS"].contains(method) {
                    operations.insert("\(method) \(path)")
                }
            }
            #expect(operations.count >= 7)
            #expect(operations == TestStation.document.operations)
        }
    }

    @Test("Metrics: one line for each number, by vehicle and lane; a name with quotes stays in its label")
    func metrics() async throws {
        try await TestStation.with { station in
            _ = try await station.post(Samples.batch(positions: 1...2, events: 1...3))
            let answer = try await station.get("/v1/metrics")
            #expect(answer.status == 200)
            #expect(answer.headers.first(name: "content-type") == "text/plain; version=0.0.4; charset=utf-8")
            let lines = Set(answer.text.split(separator: "\n").map(String.init))
            #expect(lines.contains(#"patrol_collector_held_records{vehicle="cart-01",lane="events"} 3"#))
            #expect(lines.contains(#"patrol_collector_held_records{vehicle="cart-01",lane="positions"} 2"#))
            #expect(lines.contains(#"patrol_collector_health_check_ok{check="store"} 1"#))
            #expect(lines.contains { $0.hasPrefix("process_resident_memory_bytes ") })
            let refused = try await station.get("/v1/metrics?all=1")
            #expect(refused.status == 400 && refused.errorCode == "bad_query")
        }
    }

    @Test("Who may not read gets no metrics either; the document is for everybody")
    func access() async throws {
        try await TestStation.with(adjust: { options, folder in
            options.operatorTokenFile = try folder.write("operators", to: "operators")
        }) { station in
            #expect(try await station.get("/v1/metrics").status == 401)
            #expect(try await station.get("/v1/openapi.json").status == 200)
            let answer = try await station.get("/v1/metrics", headers: ["Authorization": "Bearer operators"])
            #expect(answer.status == 200)
        }
    }
}
