import FoundationEssentials
public import HTTPTypes
public import HummingbirdCore
import NIOCore
import NIOHTTP1
public import PatrolCore

/// What is answered where a request is not granted: a ``PatrolCore/RequestError`` in the form of ``PatrolCore/ErrorForm``.
public struct HTTPFailure: Error, Refusal, Sendable {
    /// What was wrong.
    public var error: RequestError
    /// Further fields of the answer.
    public var headers: HTTPFields = [.contentType: "application/json"]

    /// - Parameter error: what was wrong.
    public init(_ error: RequestError) {
        self.error = error
    }

    /// - Parameters:
    ///   - message: for people: what was wrong, with the value.
    ///   - hint: for people: what to do about it.
    public init(_ code: ErrorCode, _ message: String, hint: String? = nil) {
        error = RequestError(code, message, hint: hint)
    }

    /// The status.
    public var status: HTTPResponse.Status {
        let code = error.code.status
        return HTTPResponse.Status(code: code, reasonPhrase: HTTPResponseStatus(statusCode: code).reasonPhrase)
    }

    /// The answer.
    public var response: Response {
        Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    var body: ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return ByteBuffer(bytes: try encoder.encode(ErrorForm(error)))
        } catch {
            // Texts always encode; without a body the status still says what happened.
            return ByteBuffer()
        }
    }
}

extension HTTPFailure {
    /// There is nothing at a path.
    /// - Parameter hint: where there is something.
    public static func notFound(_ path: String, hint: String) -> HTTPFailure {
        HTTPFailure(.notFound, "there is nothing at \(path.prefix(200))", hint: hint)
    }

    /// A path has other methods.
    public static func methodNotAllowed(_ method: HTTPRequest.Method, allowed: String) -> HTTPFailure {
        var failure = HTTPFailure(
            .methodNotAllowed,
            "\(method.rawValue.prefix(20)) is not possible here",
            hint: "use \(allowed)"
        )
        // RFC 9110, section 15.5.6: a 405 names the methods that are possible.
        failure.headers[.allow] = allowed
        return failure
    }

    /// A body is larger than is taken; the connection ends, for nobody reads it.
    /// - Parameters:
    ///   - what: what is too large, as the first words of a sentence.
    ///   - limit: in bytes.
    public static func tooLarge(_ what: String, limit: Int, hint: String) -> HTTPFailure {
        var failure = HTTPFailure(
            .tooLarge,
            "\(what) is larger than \(limit) bytes",
            hint: hint
        )
        failure.headers[.connection] = "close"
        return failure
    }

    /// A method is not one of HTTP's.
    static func notImplemented(_ message: String) -> HTTPFailure {
        HTTPFailure(.notImplemented, message, hint: "use GET, HEAD, POST, DELETE or OPTIONS")
    }

    /// All places are taken.
    static var busy: HTTPFailure {
        var failure = HTTPFailure(
            .busy,
            "too many connections are open",
            hint: "come again in a moment; connections that wait for an answer keep their places"
        )
        failure.headers[.retryAfter] = "1"
        return failure
    }

    /// A body comes too slowly, or not to its end.
    static var bodyTimeout: HTTPFailure {
        HTTPFailure(.timeout, "the request's body did not come in time")
    }
}
