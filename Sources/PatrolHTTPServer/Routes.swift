public import HTTPTypes
public import HummingbirdCore

/// Which path and method is answered by whom, and what is answered to all others.
///
/// HEAD goes with GET (``ConnectionHandler`` leaves out the body), and OPTIONS with everything.
public struct Routes: Sendable {
    /// Answers the requests of one path and method.
    public typealias Handler = @Sendable (Request, RouteParameters, Connection) async throws -> Response

    private struct Route {
        let path: String
        let segments: [Substring]
        var handlers: [(method: HTTPRequest.Method, largestBody: Int?, handler: Handler)] = []

        /// As the field `Allow` lists them.
        var allowed: String {
            let methods = handlers.map(\.method)
            let implied: [HTTPRequest.Method] = methods.contains(.get) ? [.head, .options] : [.options]
            return (methods + implied).map(\.rawValue).joined(separator: ", ")
        }

        func parameters(of path: [Substring]) -> RouteParameters? {
            guard path.count == segments.count else { return nil }
            var parameters = RouteParameters()
            for (segment, actual) in zip(segments, path) {
                if segment.hasPrefix("{") {
                    parameters.values[segment.dropFirst().dropLast()] = actual
                } else if segment != actual {
                    return nil
                }
            }
            return parameters
        }
    }

    /// What a body may have where nothing else is said, in bytes: an order is a line.
    public static let usualBody = 16 * 1024

    private var routes: [Route] = []

    /// Nothing is answered by anybody.
    public init() {}

    /// - Parameters:
    ///   - path: such as `/v1/vehicles/{vehicle}/track`; a segment in braces stands for any.
    ///   - largestBody: in bytes; one that is said to be larger is refused. `nil` if the handler looks by itself.
    public mutating func on(
        _ method: HTTPRequest.Method,
        _ path: String,
        largestBody: Int? = usualBody,
        _ handler: @escaping Handler
    ) {
        let index =
            routes.firstIndex { $0.path == path }
            ?? {
                routes.append(Route(path: path, segments: Self.segments(of: path)))
                return routes.endIndex - 1
            }()
        routes[index].handlers.append((method, largestBody, handler))
    }

    /// - Throws: ``HTTPFailure`` if nobody answers, and what the handler throws.
    public func answer(_ request: Request, over connection: Connection) async throws -> Response {
        if request.method == .options, request.head.path == "*" { return options(allowed) }
        let path = Self.segments(of: request.uri.path)
        for route in routes {
            guard let parameters = route.parameters(of: path) else { continue }
            if request.method == .options {
                return options(route.allowed)
            }
            guard let handler = route.handlers.first(where: { $0.method == request.method }) else {
                throw HTTPFailure.methodNotAllowed(request.method, allowed: route.allowed)
            }
            if let largest = handler.largestBody {
                try request.checkDeclaredLength(atMost: largest, hint: "allowed: at most \(largest) bytes")
            }
            return try await handler.handler(request, parameters, connection)
        }
        throw HTTPFailure.notFound(request.uri.path, hint: "there is " + routes.map(\.path).joined(separator: ", "))
    }

    /// RFC 9110, section 9.3.7: the field tells what is possible, and 204 that there is no more to say.
    private func options(_ allowed: String) -> Response {
        Response(status: .noContent, headers: [.allow: allowed])
    }

    /// All methods of all paths.
    private var allowed: String {
        var methods: [HTTPRequest.Method] = []
        for method in routes.flatMap({ $0.handlers.map(\.method) }) + [.head, .options]
        where !methods.contains(method) {
            methods.append(method)
        }
        return methods.map(\.rawValue).joined(separator: ", ")
    }

    private static func segments(of path: String) -> [Substring] {
        path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { $0 }
    }
}

/// What a request's path has in the places that a route leaves open.
public struct RouteParameters: Sendable {
    fileprivate var values: [Substring: Substring] = [:]

    /// - Parameter name: one that the route's path has in braces; for others it is empty.
    public subscript(_ name: String) -> String { values[Substring(name)].map(String.init) ?? "" }
}
