import HummingbirdCore
import NIOCore
import PatrolAPI
import PatrolCore
import PatrolHTTPServer
import PatrolWire

/// Reads the JSON of a command: a member that no command has is refused, for it was meant to say something. A mute whose
/// "untill" was passed over would have no end.
enum CommandBody {
    /// A command is a line; a larger body is none.
    private static let maximumBytes = Routes.usualBody

    /// - Throws: ``RequestError`` with what is wrong; ``HTTPFailure`` if it is too large.
    static func read<Command: CommandRequest>(_ type: Command.Type, of request: Request) async throws -> Command {
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: maximumBytes)
        } catch is NIOTooManyBytesError {
            throw HTTPFailure.tooLarge(
                "the body",
                limit: maximumBytes,
                hint: "allowed: at most \(maximumBytes) bytes"
            )
        }
        // A command whose members may all be left out may be left out itself.
        return try decode(
            type,
            from: buffer.readableBytes == 0 ? "{}".utf8.map { $0 } : Array(buffer.readableBytesView)
        )
    }

    static func decode<Command: CommandRequest>(_ type: Command.Type, from bytes: [UInt8]) throws -> Command {
        do {
            let members = try APICoding.decode(Members.self, from: bytes).names
            let allowed = Command.CodingKeys.allCases.map(\.stringValue)
            if let unknown = members.first(where: { !allowed.contains($0) }) {
                let meant = NameSuggestion.nearest(to: unknown, among: allowed).map { "; did you mean \($0)?" } ?? ""
                throw refused("has the member \"\(unknown.prefix(40))\"\(meant)", allowed: allowed)
            }
            return try APICoding.decode(type, from: bytes)
        } catch let error as DecodingError {
            throw refused(
                "cannot be read: \(reason(error, bytes))",
                allowed: Command.CodingKeys.allCases.map(\.stringValue)
            )
        }
    }

    private static func reason(_ error: DecodingError, _ bytes: [UInt8]) -> String {
        if case .dataCorrupted(let context) = error, context.codingPath.isEmpty {
            // Foundation says no more than that.
            guard let fault = JSONSyntax.fault(in: bytes) else {
                return "it is nested too deeply, or has a number that is too large"
            }
            return "it \(fault.message) (line \(fault.line), column \(fault.column))"
        }
        let problem = JSONFault(error)
        return (problem.key.isEmpty ? "it " : "\(problem.key) ") + problem.message
    }

    private static func refused(_ what: String, allowed: [String]) -> RequestError {
        RequestError(
            .badRequest,
            "the body \(what)",
            hint: "allowed: a JSON object with \(allowed.joined(separator: ", "))"
        )
    }

    /// The names of an object's members.
    private struct Members: Decodable {
        var names: [String]

        private struct Name: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }

            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            names = try decoder.container(keyedBy: Name.self).allKeys.map(\.stringValue).sorted()
        }
    }
}
