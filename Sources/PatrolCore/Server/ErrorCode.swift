/// Why something that was asked for over HTTP is not done, at the cart's socket and at the collector alike: the word for
/// programs, the status of HTTP, and how a program ends that asked for it.
public enum ErrorCode: String, CaseIterable, Sendable {
    /// A value, a member or a parameter that cannot be meant.
    case badRequest = "bad_request"
    /// The same, of the collector's queries.
    case badQuery = "bad_query"
    /// A batch that cannot be kept as it is: its sender leaves the record out.
    case badBatch = "bad_batch"
    /// Nobody knows who asks.
    case unauthorized
    /// It is known who asks, and he may not.
    case forbidden
    /// A vehicle speaks for another one.
    case wrongVehicle = "wrong_vehicle"
    /// There is no such thing.
    case notFound = "not_found"
    /// There is no such vehicle.
    case unknownVehicle = "unknown_vehicle"
    /// The path is right and the method is not.
    case methodNotAllowed = "method_not_allowed"
    /// The request did not come to its end in time.
    case timeout
    /// It was understood and is not done now.
    case conflict
    /// The body is larger than is taken.
    case tooLarge = "too_large"
    /// The body is of a kind that nobody reads.
    case unsupportedMediaType = "unsupported_media_type"
    /// The body is packed in a way that nobody unpacks.
    case unsupportedEncoding = "unsupported_encoding"
    /// More often than is granted.
    case tooMany = "too_many"
    /// A defect of the server.
    case `internal`
    /// Something of HTTP that nobody needs here.
    case notImplemented = "not_implemented"
    /// Not now: it starts, it stops, or what it needs does not answer.
    case unavailable
    /// Too many are connected.
    case busy
    /// An order that is not on disk.
    case notDurable = "not_durable"

    /// The status of HTTP (RFC 9110, section 15; RFC 6585 for 429).
    public var status: Int {
        switch self {
        case .badRequest, .badQuery, .badBatch: 400
        case .unauthorized: 401
        case .forbidden, .wrongVehicle: 403
        case .notFound, .unknownVehicle: 404
        case .methodNotAllowed: 405
        case .timeout: 408
        case .conflict: 409
        case .tooLarge: 413
        case .unsupportedMediaType, .unsupportedEncoding: 415
        case .tooMany: 429
        case .internal: 500
        case .notImplemented: 501
        case .unavailable, .busy, .notDurable: 503
        }
    }

    /// How a program ends that asked for it: 1 where what was asked was not right, 2 where somebody should look at the
    /// server.
    public var exitCode: Int32 {
        switch self {
        case .unavailable, .busy, .notDurable: 2
        default: 1
        }
    }
}
