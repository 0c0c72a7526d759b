import HTTPTypes
public import HummingbirdCore
import PatrolCore

extension Routes {
    /// Answers a request in any case, an error in the form of ``PatrolCore/ErrorForm``.
    /// - Parameters:
    ///   - refused: told of each refusal.
    ///   - unexpected: what to answer to an error that is neither ``HTTPFailure`` nor ``PatrolCore/RequestError``.
    public func respond(
        to request: Request,
        over connection: Connection,
        refused: (HTTPFailure) -> Void = { _ in },
        unexpected: (any Error) -> HTTPFailure
    ) async -> Response {
        let failure: HTTPFailure
        do {
            return try await answer(request, over: connection)
        } catch is BrokenRequest {
            // It was answered, or there is nobody any more: see ``BrokenRequest``.
            return Response(status: .badRequest)
        } catch is CancellationError {
            // The server stops, and whoever waits has had his time.
            return Response(status: .serviceUnavailable)
        } catch let error as HTTPFailure {
            failure = error
        } catch let error as RequestError {
            failure = HTTPFailure(error)
        } catch {
            failure = unexpected(error)
        }
        refused(failure)
        return failure.response
    }
}
