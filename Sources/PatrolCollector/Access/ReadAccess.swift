import HTTPTypes
import HummingbirdCore
import PatrolHTTPServer

/// Who may read what the collector holds.
enum ReadAccess: Sendable {
    /// Whoever presents the operators' token.
    case operatorToken(FollowedFile<Token>)
    /// Whoever is on this machine.
    case localOnly

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
        case .localOnly:
            // Through a proxy on this machine everybody would look local.
            let isForwarded = Self.forwarding.contains { request.headers[$0] != nil }
            guard connection.peer.isLocal, !isForwarded else {
                throw HTTPFailure(
                    .forbidden,
                    "forbidden",
                    "reading is possible from the collector's own machine only",
                    hint: "start the collector with --operator-token-file to allow it from elsewhere"
                )
            }
        }
    }

    /// RFC 7239 and the name that proxies used before it.
    private static let forwarding = ["Forwarded", "X-Forwarded-For"].compactMap { HTTPField.Name($0) }
}
