import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import PatrolCore
import PatrolHTTPServer
import PatrolSQLite

/// What the collector answers to which path, and what it makes of an error.
struct CollectorRoutes: Sendable {
    let batches: BatchReceiver
    let queries: StoreQueries
    let access: ReadAccess
    let logger: Logger

    func table() -> Routes {
        var table = Routes()
        // Whoever has no token is told nothing else, and who has one the option that bounds his body.
        table.on(.post, "/v1/batches", largestBody: nil) { request, _, connection in
            try await batches.receive(request, connection, logger)
        }
        table.on(.get, "/v1/health") { _, _, _ in await queries.health() }
        table.on(.get, "/v1/openapi.json") { _, _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_json))
            )
        }
        func onReading(
            _ path: String,
            _ answer: @escaping @Sendable (Request, _ vehicle: String) async throws -> Response
        ) {
            table.on(.get, path) { request, parameters, connection in
                try await access.check(request, connection)
                return try await answer(request, parameters["vehicle"])
            }
        }
        onReading("/v1/metrics") { request, _ in try await queries.metrics(request) }
        onReading("/v1/vehicles") { request, _ in try await queries.vehicles(request) }
        onReading("/v1/vehicles/{vehicle}/track") { request, vehicle in
            try await queries.track(of: vehicle, request)
        }
        onReading("/v1/vehicles/{vehicle}/events") { request, vehicle in
            try await queries.events(of: vehicle, request)
        }
        return table
    }

    /// Answers a request from a table of these routes.
    func answer(_ request: Request, _ connection: Connection, from table: Routes) async -> Response {
        await table.respond(to: request, over: connection) { failure in
            logger.info(
                "refused a request",
                metadata: [
                    "method": "\(request.method)", "path": "\(request.uri.path)",
                    "status": "\(failure.error.code.status)", "reason": "\(failure.error.message)",
                ]
            )
        } unexpected: { error in
            guard let error = error as? SQLiteError else {
                logger.error("a request met a defect", metadata: ["reason": "\(error)"])
                return HTTPFailure(.internal, "the collector has a defect", hint: "the collector's log says more")
            }
            queries.writer.met(error)
            logger.error("the store cannot be read", metadata: ["reason": "\(error)"])
            return .unavailable(
                "the store cannot be read",
                hint: "the collector's log says why",
                retryAfterSeconds: BatchReceiver.storageRetrySeconds
            )
        }
    }
}
