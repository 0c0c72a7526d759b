import HTTPTypes
import HummingbirdCore
import PatrolCore
import PatrolHTTPServer

/// Who may read what the collector holds.
enum ReadAccess: Sendable {
    /// Whoever presents the operators' token.
    case operatorToken(FollowedFile<Token>)
    /// Whoever is on this machine, and asks for it by one of these names.
    case localOnly(HostNames)

    /// Marks a connection whose other end presents the operators' token as known.
    func check(_ request: Request, _ connection: Connection) async throws(HTTPFailure) {
        switch self {
        case .operatorToken(let file):
            let presented = Token(authorization: request.headers[.authorization])
            guard let presented, await file.current().matches(presented) else {
                throw .unauthorized(
                    presented == nil ? "reading needs the operators' token" : "this is not the operators' token",
                    hint: "Authorization: Bearer, with the token of --operator-token-file"
                )
            }
            connection.recognise()
        case .localOnly(let names):
            guard connection.peer.isLocal else {
                throw Self.forbidden("reading is possible from the collector's own machine only")
            }
            // Through a proxy on this machine everybody would look local.
            if let field = request.headers.first(where: { Self.isForwarding($0.name) }) {
                throw Self.forbidden("the request was forwarded (\(field.name)), and may come from anywhere")
            }
            // nginx forwards by HTTP/1.0 where it is told nothing else, and without any other sign.
            guard !connection.usesHTTP10 else {
                throw Self.forbidden("the request is of HTTP/1.0, as proxies forward them, and may come from anywhere")
            }
            let host = request.head.authority ?? ""
            guard names.allow(host) else {
                throw Self.forbidden(
                    "the request asks for \"\(VisibleText.of(String(host.prefix(100))))\", not for this machine"
                )
            }
        }
    }

    private static func forbidden(_ message: String) -> HTTPFailure {
        HTTPFailure(
            .forbidden,
            "forbidden",
            message,
            hint: "--operator-token-file allows reading from elsewhere, and through proxies; --host adds a name"
        )
    }

    /// What proxies add: RFC 7239, RFC 9110 (section 7.6.3), and the names that were and are used beside them.
    private static func isForwarding(_ name: HTTPField.Name) -> Bool {
        let name = name.canonicalName
        return forwarding.contains(name) || name.hasPrefix("x-forwarded") || name.hasPrefix("x-original-")
            || name.hasSuffix("-client-ip") || name.hasSuffix("-connecting-ip")
    }

    private static let forwarding: Set<String> = [
        "forwarded", "via", "x-real-ip", "x-proxyuser-ip", "x-remote-ip", "x-remote-addr",
    ]
}
