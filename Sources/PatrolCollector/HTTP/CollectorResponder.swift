import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import PatrolSQLite

/// Finds who answers a request, and turns what they throw into an answer.
struct CollectorResponder: HTTPResponder {
    typealias Context = CollectorContext

    /// RFC 9112, section 9.6: a connection that is to be closed is read on for a while, so that its client sees the
    /// answer.
    private static let lingering = TimeAmount.seconds(5)

    let batches: BatchReceiver
    let queries: StoreQueries
    let access: ReadAccess

    func respond(to request: Request, context: CollectorContext) async throws -> Response {
        do {
            let response = try await answer(request, context)
            return request.method == .head ? response.createHeadResponse() : response
        } catch let failure as RequestFailure {
            return refuse(request, failure, context)
        } catch let broken as BrokenRequest {
            throw broken.cause
        } catch let error as SQLiteError {
            context.logger.error("the store cannot be read", metadata: ["reason": "\(error)"])
            let failure = RequestFailure.unavailable(
                "the store cannot be read",
                hint: "the collector's log says why",
                retryAfterSeconds: BatchReceiver.storageRetrySeconds
            )
            return refuse(request, failure, context)
        } catch {
            context.logger.error("a request met a defect", metadata: ["reason": "\(error)"])
            let failure = RequestFailure(
                .internalServerError,
                "internal",
                "the collector has a defect",
                hint: "the collector's log says more"
            )
            return refuse(request, failure, context)
        }
    }

    private func answer(_ request: Request, _ context: CollectorContext) async throws -> Response {
        guard let endpoint = Endpoint(path: request.uri.path) else {
            throw RequestFailure.notFound(request.uri.path)
        }
        guard endpoint.methods.contains(request.method) else {
            throw RequestFailure.methodNotAllowed(request.method, endpoint)
        }
        switch endpoint {
        case .batches:
            return try await batches.receive(request, context)
        case .health:
            return await queries.health()
        case .vehicles:
            try await access.check(request, context)
            return try await queries.vehicles(request)
        case .track(let vehicle):
            try await access.check(request, context)
            return try await queries.track(of: vehicle, request)
        case .events(let vehicle):
            try await access.check(request, context)
            return try await queries.events(of: vehicle, request)
        }
    }

    private func refuse(_ request: Request, _ failure: RequestFailure, _ context: CollectorContext) -> Response {
        context.logger.info(
            "refused a request",
            metadata: [
                "method": "\(request.method)", "path": "\(request.uri.path)", "status": "\(failure.status.code)",
                "reason": "\(failure.message)",
            ]
        )
        if failure.headers[.connection] == "close" {
            let channel = context.channel
            _ = channel.eventLoop.scheduleTask(in: Self.lingering) { channel.close(promise: nil) }
        }
        return request.method == .head ? failure.response.createHeadResponse() : failure.response
    }
}
