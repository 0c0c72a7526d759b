import HummingbirdCore
import NIOCore
import PatrolAPI
import PatrolConfiguration
import PatrolCore
import PatrolWire

/// Reads the JSON of a command: a member that no command has is refused, for it was meant to say something. A mute whose
/// "untill" was passed over would have no end.
enum CommandBody {
    /// A command is a line; a larger body is none.
    private static let maximumBytes = 16 * 1024

    /// - Throws: ``APIError`` with what is wrong.
    static func read<Command: CommandRequest>(_ type: Command.Type, of request: Request) async throws -> Command {
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: maximumBytes)
        } catch is NIOTooManyBytesError {
            throw APIError(
                code: "bad_request",
                message: "the body is too large",
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
            let problem = JSONFault(error)
            let member = problem.key.isEmpty ? "" : "\(problem.key) "
            throw refused(
                "cannot be read: \(member)\(problem.message)",
                allowed: Command.CodingKeys.allCases.map(\.stringValue)
            )
        }
    }

    private static func refused(_ what: String, allowed: [String]) -> APIError {
        APIError(
            code: "bad_request",
            message: "the body \(what)",
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
