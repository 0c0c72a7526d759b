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
                throw Self.forbidden("the request asks for \(Self.quoted(host)), not for this machine")
            }
            try Self.checkHosts(host, connection.hostField ?? "", names)
            try Self.checkBrowser(request.headers, names)
        }
    }

    /// A request that names its host twice, in its first line too, must mean one.
    private static func checkHosts(_ host: String, _ field: String, _ names: HostNames) throws(HTTPFailure) {
        guard HostNames.name(of: host) != HostNames.name(of: field) else { return }
        guard names.allow(field) else {
            throw forbidden("the request's field Host is \(quoted(field)), which is not this machine")
        }
        throw HTTPFailure(
            .badRequest,
            "the request asks for \(quoted(host)), and its field Host is \(quoted(field))",
            hint: "allowed: the same host in both"
        )
    }

    /// A page of a foreign site asks through the browser of somebody who sits at this machine; the browser says so (Fetch
    /// Metadata Request Headers, section 2.1; RFC 6454, section 7).
    private static func checkBrowser(_ headers: HTTPFields, _ names: HostNames) throws(HTTPFailure) {
        let site = headers.first { $0.name.canonicalName == "sec-fetch-site" }?.value
        if site?.lowercased() == "cross-site" {
            throw forbidden("the request was made by a page of another site")
        }
        guard let origin = headers[.origin] else { return }
        let host = origin.firstRange(of: "://").map { String(origin[$0.upperBound...]) }
        guard let host, names.allow(host) else {
            throw forbidden("the request was made by a page of \(quoted(origin)), not of this machine")
        }
    }

    private static func quoted(_ text: String) -> String { "\"\(VisibleText.of(String(text.prefix(100))))\"" }

    private static func forbidden(_ message: String) -> HTTPFailure {
        HTTPFailure(
            .forbidden,
            message,
            hint: "--operator-token-file allows reading from elsewhere, and through proxies; --host adds a name"
        )
    }

    /// What proxies add: RFC 7239, RFC 9110 (section 7.6.3), and the names that were and are used beside them.
    private static func isForwarding(_ name: HTTPField.Name) -> Bool {
        let name = name.canonicalName
        return forwarding.contains(name) || name.contains("forwarded") || name.hasPrefix("x-original-")
            || name.hasPrefix("x-envoy-") || name.hasSuffix("-client-ip") || name.hasSuffix("-connecting-ip")
    }

    private static let forwarding: Set<String> = [
        "via", "x-real-ip", "x-proxyuser-ip", "x-remote-ip", "x-remote-addr",
    ]
}
