import HTTPTypes
import HummingbirdCore
import PatrolCore
import PatrolHTTPServer
import PatrolSQLite
import PatrolWire

/// What the `GET` endpoints answer.
struct StoreQueries: Sendable {
    let reader: StoreReader
    let writer: StoreWriter
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
        let first = try await positions(of: vehicle, in: range, after: nil)
        let body = ResponseBody { writer in
            var json = JSONWriter(capacity: 1024 * 1024)
            var track = TrackJSON(shape: shape)
            track.begin(&json)
            var page = first
            while true {
                // The next page is read while this one is written.
                let current = page
                async let next = following(current, vehicle, range)
                track.write(current.records, to: &json)
                try await writer.write(json.take())
                guard let following = try await next else { break }
                page = following
            }
            track.end(&json)
            try await writer.write(json.take())
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/geo+json"], body: body)
    }

    private func following(
        _ page: Page<HeldPosition>,
        _ vehicle: Int64,
        _ range: TimeRange
    ) async throws -> Page<HeldPosition>? {
        guard let end = page.end else { return nil }
        return try await positions(of: vehicle, in: range, after: end)
    }

    /// What is damaged is passed over, named and put aside: its numbers become a gap, and the cart may still have them.
    private func positions(
        of vehicle: Int64,
        in range: TimeRange,
        after place: PagePlace?
    ) async throws -> Page<HeldPosition> {
        let page = try await reader.positions(of: vehicle, in: range, after: place)
        if !page.damagedBlocks.isEmpty {
            condition.damaged(try await writer.setAside(page.damagedBlocks, now: systemTime()))
        }
        return page
    }

    /// `GET /v1/vehicles/{id}/events`
    func events(of name: String, _ request: Request) async throws -> Response {
        let query = try QueryParameters(request.uri, allowed: ["from", "to", "kind"])
        let range = try query.timeRange()
        let kind = query["kind"]
        let vehicle = try await number(of: name)
        let reader = reader
        let condition = condition
        let first = try await reader.events(of: vehicle, in: range, kind: kind, after: nil)
        let body = ResponseBody { writer in
            var json = JSONWriter(capacity: 64 * 1024)
            json.begin("{\"events\":[")
            var page = first
            while true {
                if page.unreadable > 0 { condition.damagedEvents(of: name) }
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

    private func number(of vehicle: String) async throws -> Int64 {
        guard let number = try await reader.vehicle(named: vehicle) else {
            throw HTTPFailure.unknownVehicle(vehicle)
        }
        return number
    }
}
