import FoundationEssentials
public import HTTPTypes
public import HummingbirdCore
import NIOCore

/// What is answered where a request is not granted: `{"error": {"code", "message", "hint"}}`.
public struct HTTPFailure: Error, Refusal, Sendable {
    /// The status.
    public var status: HTTPResponse.Status
    /// For programs.
    public var code: String
    /// For people: what was wrong, with the value.
    public var message: String
    /// For people: what to do about it.
    public var hint: String?
    /// Further fields of the answer.
    public var headers: HTTPFields = [.contentType: "application/json"]

    /// See the properties.
    public init(_ status: HTTPResponse.Status, _ code: String, _ message: String, hint: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// The answer.
    public var response: Response {
        Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    var body: ByteBuffer {
        let form = Form(error: .init(code: code, message: message, hint: hint))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return ByteBuffer(bytes: try encoder.encode(form))
        } catch {
            // Texts always encode; without a body the status still says what happened.
            return ByteBuffer()
        }
    }

    private struct Form: Encodable {
        struct Body: Encodable {
            var code: String
            var message: String
            var hint: String?
        }

        var error: Body
    }
}

extension HTTPFailure {
    /// There is nothing at a path.
    /// - Parameter hint: where there is something.
    public static func notFound(_ path: String, hint: String) -> HTTPFailure {
        HTTPFailure(.notFound, "not_found", "there is nothing at \(path.prefix(200))", hint: hint)
    }

    /// A path has other methods.
    public static func methodNotAllowed(_ method: HTTPRequest.Method, allowed: String) -> HTTPFailure {
        var failure = HTTPFailure(
            .methodNotAllowed,
            "method_not_allowed",
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
            .contentTooLarge,
            "too_large",
            "\(what) is larger than \(limit) bytes",
            hint: hint
        )
        failure.headers[.connection] = "close"
        return failure
    }

    /// A method is not one of HTTP's.
    static func notImplemented(_ message: String) -> HTTPFailure {
        HTTPFailure(.notImplemented, "not_implemented", message, hint: "use GET, HEAD, POST, DELETE or OPTIONS")
    }

    /// All places are taken.
    static var busy: HTTPFailure {
        var failure = HTTPFailure(
            .serviceUnavailable,
            "busy",
            "too many connections are open",
            hint: "come again in a moment; connections that wait for an answer keep their places"
        )
        failure.headers[.retryAfter] = "1"
        return failure
    }

    /// A body comes too slowly, or not to its end.
    static var bodyTimeout: HTTPFailure {
        HTTPFailure(.requestTimeout, "timeout", "the request's body did not come in time")
    }
}
