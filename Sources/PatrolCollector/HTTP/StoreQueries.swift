import HTTPTypes
import HummingbirdCore
import PatrolCore
import PatrolHTTPServer
import PatrolSQLite

/// What the `GET` endpoints answer.
struct StoreQueries: Sendable {
    let reader: StoreReader
    let condition: StoreCondition
    let tokens: FollowedFile<VehicleTokens>
    let tls: ServerTLS?
    let systemTime: @Sendable () -> WallTime

    /// `GET /v1/vehicles`
    func vehicles(_ request: Request) async throws -> Response {
        _ = try QueryParameters(request.uri, allowed: [])
        let vehicles = try await reader.vehicles()
        let now = systemTime()
        var json = JSONWriter()
        json.object { json in
            json.key("vehicles")
            json.array { json in
                for vehicle in vehicles { VehicleJSON.object(vehicle, at: now, to: &json) }
            }
        }
        return Response(json: json)
    }

    /// `GET /v1/vehicles/{id}/track`
    func track(of name: String, _ request: Request) async throws -> Response {
        let query = try QueryParameters(request.uri, allowed: ["from", "to", "shape"])
        let range = try query.timeRange()
        guard let shape = TrackJSON.Shape(rawValue: query["shape"] ?? TrackJSON.Shape.points.rawValue) else {
            throw RequestError.value(
                "shape",
                query["shape"] ?? "",
                allowed: TrackJSON.Shape.allCases.map(\.rawValue).joined(separator: ", "),
                code: .badQuery
            )
        }
        let vehicle = try await number(of: name)
        let reader = reader
        let first = try await reader.positions(of: vehicle, in: range, after: nil)
        let body = ResponseBody { writer in
            var json = JSONWriter(capacity: 64 * 1024)
            var track = TrackJSON(shape: shape)
            track.begin(&json)
            var page = first
            while true {
                track.write(page.records, to: &json)
                guard let end = page.end else { break }
                try await writer.write(json.take())
                page = try await reader.positions(of: vehicle, in: range, after: end)
            }
            track.end(&json)
            try await writer.write(json.take())
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/geo+json"], body: body)
    }

    /// `GET /v1/vehicles/{id}/events`
    func events(of name: String, _ request: Request) async throws -> Response {
        let query = try QueryParameters(request.uri, allowed: ["from", "to", "kind"])
        let range = try query.timeRange()
        let kind = query["kind"]
        let vehicle = try await number(of: name)
        let reader = reader
        let first = try await reader.events(of: vehicle, in: range, kind: kind, after: nil)
        let body = ResponseBody { writer in
            var json = JSONWriter(capacity: 64 * 1024)
            json.begin("{\"events\":[")
            var page = first
            while true {
                for event in page.records { RecordJSON.object(event, to: &json) }
                guard let end = page.end else { break }
                try await writer.write(json.take())
                page = try await reader.events(of: vehicle, in: range, kind: kind, after: end)
            }
            json.end("]}")
            try await writer.write(json.take())
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/json"], body: body)
    }

    /// `GET /v1/health`: 200 if the collector can do its work, else 503.
    func health() async -> Response {
        // Looks at the file, so that a mistake shows here and not only when the next batch comes.
        _ = await tokens.current()
        var checks = [
            ("store", condition.failure, "batches can be stored"),
            ("tokens", await tokens.problem, "the file of tokens is in force"),
        ]
        if let tls { checks.append(("tls", tls.problem(at: systemTime()), "the certificate is in force")) }
        let isFine = checks.allSatisfy { $0.1 == nil }
        var json = JSONWriter()
        json.object { json in
            json.member("state", isFine ? "ok" : "degraded")
            json.key("checks")
            json.array { json in
                for (name, problem, fine) in checks {
                    json.object { json in
                        json.member("name", name)
                        json.member("state", problem == nil ? "ok" : "degraded")
                        json.member("message", problem ?? fine)
                    }
                }
            }
        }
        return Response(status: isFine ? .ok : .serviceUnavailable, json: json)
    }

    private func number(of vehicle: String) async throws -> Int64 {
        guard let number = try await reader.vehicle(named: vehicle) else {
            throw HTTPFailure.unknownVehicle(vehicle)
        }
        return number
    }
}

/// A vehicle as `GET /v1/vehicles` lists it.
enum VehicleJSON {
    static func object(_ vehicle: VehicleSummary, at now: WallTime, to json: inout JSONWriter) {
        json.object { json in
            json.member("id", vehicle.name)
            json.member("last_heard", RecordJSON.text(vehicle.heard))
            json.member("last_heard_s_ago", fixed: age(of: vehicle.heard, at: now), places: 3)
            json.member("events", vehicle.journals.map(\.events.held).reduce(0, +))
            json.member("positions", vehicle.journals.map(\.positions.held).reduce(0, +))
            json.key("journals")
            json.array { json in
                for journal in vehicle.journals { object(journal, to: &json) }
            }
            guard let latest = vehicle.latest else { return }
            json.key("latest")
            json.object { json in
                json.member("age_s", fixed: age(of: latest.time.time, at: now), places: 3)
                json.key("position")
                RecordJSON.object(latest, to: &json)
            }
        }
    }

    private static func object(_ journal: JournalSummary, to json: inout JSONWriter) {
        json.object { json in
            json.member("id", journal.id)
            for (name, lane) in [("events", journal.events), ("positions", journal.positions)] {
                json.key(name)
                json.object { json in
                    json.member("held", lane.held)
                    json.member("last", lane.last)
                    json.member("missing", lane.missing)
                }
            }
            json.member("repeated", journal.repeated)
            json.member("conflicting", journal.conflicting)
        }
    }

    /// Milliseconds; never negative, however the two clocks differ.
    private static func age(of time: WallTime, at now: WallTime) -> Int64 {
        max(0, (now - time).milliseconds)
    }
}
