import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import PatrolCore
import PatrolSystem

/// The attempt took longer than it may.
struct AttemptTimeout: Error {}

/// The files of token and certificates could not be read in that time.
struct PreparationTimeout: Error {}

/// Why no reply came, in words that help whoever stands in front of the cart.
struct NetworkFailure {
    /// How far the attempt came, and what is to be done.
    enum Stage {
        /// The cart's own disk is at fault.
        case preparing
        /// No connection: nothing was spent.
        case connecting
        /// The request may have gone out, or a part of it.
        case exchanging
        /// The other side refuses this cart until somebody changes something.
        case refused
    }

    /// How far the attempt came.
    let stage: Stage
    /// What happened.
    let reason: String

    /// What it means for the batch.
    var outcome: UploadOutcome {
        switch stage {
        // Tried again like an outage, but no network comes back that would mend it.
        case .preparing: .foreignAnswer(reason: reason, needsPerson: true)
        case .connecting, .exchanging: .retryLater(reason: reason, retryAfter: nil)
        case .refused: .heldUntilPersonActs(reason: reason)
        }
    }

    private init(_ stage: Stage, _ reason: String) {
        self.stage = stage
        self.reason = reason
    }

    /// - Parameters:
    ///   - error: what the HTTP client threw.
    ///   - receiver: its name and port.
    ///   - settings: the deadlines, for the messages.
    init(_ error: any Error, receiver: String, _ settings: HTTPUplinkSettings) {
        switch error {
        case is AttemptTimeout:
            self.init(.exchanging, "no answer from \(receiver) within \(settings.attemptTimeout.secondsText)")
        case is PreparationTimeout:
            let files = HTTPUplinkSettings.File.allCases.compactMap(settings.path).joined(separator: ", ")
            self.init(.preparing, "the disk does not give \(files) within \(settings.attemptTimeout.secondsText)")
        case is CancellationError:
            self.init(.exchanging, "the attempt was stopped on this cart")
        case let error as HTTPClientError:
            self.init(error, receiver, settings)
        case is ChannelError:
            self.init(.connecting, "no connection to \(receiver) within \(settings.connectTimeout.secondsText)")
        case HTTPParserError.headerOverflow:
            self.init(
                .exchanging,
                "what answers at \(receiver) is no patrol receiver: its answer has no end of headers"
            )
        case is HTTPParserError:
            self.init(.exchanging, "what answers at \(receiver) does not speak HTTP")
        case let error as NIOConnectionError:
            self.init(.connecting, Self.describe(error))
        case let error as IOError:
            let isUnsent = [ECONNREFUSED, ENETUNREACH, EHOSTUNREACH].contains(error.errnoCode)
            self.init(isUnsent ? .connecting : .exchanging, Self.describe(errno: error.errnoCode, receiver))
        case is NIOSSLExtraError:
            self.init(.connecting, "certificate not trusted: that of \(receiver) is for another name")
        case is NIOSSLError, is BoringSSLError:
            self.init(tls: "\(error)", receiver)
        default:
            self.init(.exchanging, "\(receiver): \(error)".onOneLine(maximumCharacters: 200))
        }
    }

    private init(_ error: HTTPClientError, _ receiver: String, _ settings: HTTPUplinkSettings) {
        switch error {
        case .connectTimeout, .getConnectionFromPoolTimeout:
            self.init(.connecting, "no connection to \(receiver) within \(settings.connectTimeout.secondsText)")
        case .tlsHandshakeTimeout:
            self.init(.connecting, "no TLS handshake with \(receiver) within \(settings.connectTimeout.secondsText)")
        case .remoteConnectionClosed:
            self.init(.exchanging, "\(receiver) closed the connection without an answer")
        case .cancelled:
            self.init(.exchanging, "the attempt was stopped on this cart")
        default:
            self.init(.exchanging, "\(receiver): \(error.shortDescription.lowercasedFirst)")
        }
    }

    /// Happy Eyeballs (RFC 8305) tries each address of a name; one message says how each of them fared.
    private static func describe(_ error: NIOConnectionError) -> String {
        let attempts = error.connectionErrors.prefix(3).map { failure in
            let address = failure.target.ipAddress.map { "\($0.bracketedIfIPv6):\(failure.target.port ?? error.port)" }
            let target = address ?? "\(error.host):\(error.port)"
            guard let cause = failure.error as? IOError else { return "no connection to \(target) in time" }
            return describe(errno: cause.errnoCode, target)
        }
        guard attempts.isEmpty else { return attempts.joined(separator: "; ") }
        if let unknown = (error.dnsAError ?? error.dnsAAAAError) as? SocketAddressError.UnknownHost {
            return describe(unknown)
        }
        return "name not found: \(error.host)"
    }

    /// `EAI_AGAIN` of getaddrinfo(3): the name server did not answer; with anything else it answered, or there is none.
    private static func describe(_ error: SocketAddressError.UnknownHost) -> String {
        error.errorCode == Int(EAI_AGAIN)
            ? "no name server answers, so \(error.host) cannot be looked up" : "name not found: \(error.host)"
    }

    private static func describe(errno code: CInt, _ target: String) -> String {
        switch code {
        case ECONNREFUSED: "connection refused by \(target)"
        case ENETUNREACH: "no network: \(target) cannot be reached"
        case EHOSTUNREACH: "no route to \(target)"
        case ETIMEDOUT: "no answer from \(target)"
        case ECONNRESET, EPIPE: "connection reset by \(target)"
        default: "\(target): \(SystemError.text(code).lowercasedFirst)"
        }
    }

    /// By which certificates are judged, whatever else the cart knows: a cart without a battery begins in 1970.
    private static var systemDate: String {
        String(SystemClock.now().description.prefix(10))
    }

    /// BoringSSL's errors are text with a fixed name of upper-case letters in it (`SSL_R_…` in its `ssl.h`). An alert is
    /// what the other side says; those named here are the ones of RFC 8446 §6.2 about the certificate that we showed.
    private init(tls text: String, _ receiver: String) {
        let aboutOurs = [
            "ALERT_UNKNOWN_CA", "ALERT_BAD_CERTIFICATE", "ALERT_CERTIFICATE_EXPIRED", "ALERT_CERTIFICATE_REVOKED",
            "ALERT_CERTIFICATE_UNKNOWN", "ALERT_UNSUPPORTED_CERTIFICATE",
        ]
        if text.contains("ALERT_CERTIFICATE_REQUIRED") {
            self.init(.refused, "\(receiver) asks for a client certificate, and this cart shows none")
        } else if aboutOurs.contains(where: { text.contains($0) }) {
            self.init(.refused, "\(receiver) does not accept this cart's client certificate")
        } else if text.contains("ALERT_HANDSHAKE_FAILURE") {
            self.init(.connecting, "\(receiver) ended the TLS handshake; it may ask for a client certificate")
        } else if text.contains("CERTIFICATE_VERIFY_FAILED") {
            self.init(
                .connecting,
                "certificate not trusted: that of \(receiver) is from an unknown authority, or not valid at this cart's "
                    + "date, which is \(Self.systemDate)"
            )
        } else if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
            self.init(.connecting, "what answers at \(receiver) does not speak TLS: is the url's https right?")
        } else if text.contains("EOF during handshake") {
            self.init(.connecting, "\(receiver) closed the connection during the TLS handshake")
        } else {
            self.init(.connecting, "no TLS with \(receiver): \(Self.boringSSLName(in: text))")
        }
    }

    /// `error:…:SSL routines:OPENSSL_internal:NO_SHARED_CIPHER at …` → `no shared cipher`.
    private static func boringSSLName(in text: String) -> String {
        let marker = "OPENSSL_internal:"
        guard let end = text.firstRange(of: marker)?.upperBound else { return text.onOneLine(maximumCharacters: 120) }
        let name = text[end...].prefix { $0 == "_" || $0.isASCII && ($0.isUppercase || $0.isNumber) }
        return name.lowercased().split(separator: "_").joined(separator: " ")
    }
}

extension String {
    /// A host as it stands before a port: an IPv6 address in brackets.
    var bracketedIfIPv6: String { contains(":") ? "[\(self)]" : self }
}

extension Duration {
    /// For messages: `30 s`, `0.3 s`.
    fileprivate var secondsText: String {
        milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(inSeconds) s"
    }
}
