import AsyncHTTPClient
import Glibc
import NIOCore
public import PatrolCore
import PatrolSystem

extension ControlClient {
    /// Why nothing came back.
    public enum Failure: Error, CustomStringConvertible {
        /// Nobody answers at the socket.
        case notReachable(path: String, reason: String)
        /// Somebody is there, and did not answer, or not to the end.
        case noAnswer(String)
        /// The daemon answered that it cannot do what was asked.
        case refused(RequestError)
        /// The answer was not what this version understands.
        case unexpectedAnswer(String)
        /// No socket can be there.
        case badPath(String, reason: String)

        /// For a person, on one line.
        public var description: String {
            switch self {
            case .notReachable(let path, let reason): "patrold is not reachable at \(VisibleText.of(path)): \(reason)"
            case .noAnswer(let what): "patrold \(what)"
            case .refused(let error): VisibleText.of(error.description)
            case .unexpectedAnswer(let what): "patrold gave an unexpected answer: \(what)"
            case .badPath(let path, let reason): "--socket \(VisibleText.of(path)) \(reason)"
            }
        }

        /// What the HTTP client said.
        init(_ error: any Error, at path: String) {
            switch error {
            case let error as Failure:
                self = error
            case let error as IOError where [ECONNREFUSED, ENOENT, EACCES, ENOTDIR, ENOTSOCK].contains(error.errnoCode):
                self = .notReachable(path: path, reason: SystemError.text(error.errnoCode))
            case let error as IOError:
                self = .noAnswer("gave no answer: \(SystemError.text(error.errnoCode))")
            case SocketAddressError.unixDomainSocketPathTooLong:
                // unix(7): sun_path has 108 bytes, the last of which is 0.
                self = .badPath(path, reason: "is too long; allowed: at most 107 bytes")
            case let error as HTTPClientError:
                self = Self.of(error)
            default:
                self = .noAnswer("gave no answer that can be read")
            }
        }

        private static func of(_ error: HTTPClientError) -> Failure {
            switch error {
            case .deadlineExceeded, .readTimeout, .writeTimeout, .connectTimeout, .getConnectionFromPoolTimeout:
                .noAnswer("did not answer in time")
            case .remoteConnectionClosed, .cancelled:
                .noAnswer("closed the connection before its answer was complete: it stops, or has too many connections")
            default:
                .noAnswer("gave no answer that can be read")
            }
        }
    }
}
