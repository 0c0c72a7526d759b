import HTTPTypes
import Hummingbird

/// Why a request is not granted, as it is told to the client: `{"error": {"code", "message", "hint"}}`.
struct RequestFailure: Error, Hashable, Sendable {
    var status: HTTPResponse.Status
    /// For programs.
    var code: String
    /// For people: what was wrong, with the value.
    var message: String
    /// For people: what to do about it.
    var hint: String?
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String, hint: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
    }

    var response: Response {
        var json = JSONWriter()
        json.object { json in
            json.key("error")
            json.object { json in
                json.member("code", code)
                json.member("message", message)
                json.member("hint", hint)
            }
        }
        return Response(status: status, headers: headers, json: json)
    }
}

extension RequestFailure {
    static func notFound(_ path: String) -> RequestFailure {
        RequestFailure(.notFound, "not_found", "there is nothing at \(path)", hint: "the paths begin with /v1/")
    }

    static func unknownVehicle(_ name: String) -> RequestFailure {
        RequestFailure(
            .notFound,
            "unknown_vehicle",
            "no vehicle is named \(name)",
            hint: "GET /v1/vehicles lists those there are"
        )
    }

    static func methodNotAllowed(_ method: HTTPRequest.Method, _ endpoint: Endpoint) -> RequestFailure {
        let allowed = endpoint.methods.map(\.rawValue).joined(separator: ", ")
        var failure = RequestFailure(
            .methodNotAllowed,
            "method_not_allowed",
            "\(method.rawValue) is not possible here",
            hint: "use \(allowed)"
        )
        // RFC 9110, section 15.5.6: a 405 names the methods that are possible.
        failure.headers[.allow] = allowed
        return failure
    }

    /// RFC 9110, section 15.5.2: a 401 says how to authenticate.
    static func unauthorized(_ message: String, hint: String) -> RequestFailure {
        var failure = RequestFailure(.unauthorized, "unauthorized", message, hint: hint)
        failure.headers[.wwwAuthenticate] = "Bearer"
        return failure
    }

    /// The sender keeps its records and comes again.
    static func unavailable(_ message: String, hint: String, retryAfterSeconds: Int) -> RequestFailure {
        var failure = RequestFailure(.serviceUnavailable, "unavailable", message, hint: hint)
        failure.headers[.retryAfter] = String(retryAfterSeconds)
        return failure
    }
}

extension Response {
    /// An answer that is short enough to be in memory.
    init(status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], json: JSONWriter) {
        var headers = headers
        headers[.contentType] = "application/json"
        self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: json.buffer))
    }
}
