import HTTPTypes
import PatrolCore
import PatrolHTTPServer

extension HTTPFailure {
    static func unknownVehicle(_ name: String) -> HTTPFailure {
        HTTPFailure(
            .unknownVehicle,
            "no vehicle is named \(name)",
            hint: "GET /v1/vehicles lists those there are"
        )
    }

    /// RFC 9110, section 15.5.2: a 401 says how to authenticate.
    static func unauthorized(_ message: String, hint: String) -> HTTPFailure {
        var failure = HTTPFailure(.unauthorized, message, hint: hint)
        failure.headers[.wwwAuthenticate] = "Bearer"
        return failure
    }

    /// The sender keeps its records and comes again.
    static func unavailable(_ message: String, hint: String, retryAfterSeconds: Int) -> HTTPFailure {
        var failure = HTTPFailure(.unavailable, message, hint: hint)
        failure.headers[.retryAfter] = String(retryAfterSeconds)
        return failure
    }
}
