import Hummingbird
import NIOCore
import PatrolAPI

/// What the socket does on order: the paths that change something.
struct CommandRoutes: Sendable {
    /// A command is a line; a larger body is none.
    private static let maximumBodyBytes = 16 * 1024

    let desk: InformationDesk
    let commands: CommandDesk
    let retry: QuarantineRetry

    func add(to router: Router<ControlContext>) {
        router.post(Self.path(.announcements)) { request, context in
            let command = try await Self.body(SayCommand.self, of: request)
            return try ControlRoutes.json(try await commands.say(command, by: await context.requester))
        }
        router.delete(Self.path(.announcements)) { request, context in
            let andQueue = try Self.flag("queue", of: request)
            return try ControlRoutes.json(try await commands.stop(andQueue: andQueue, by: await context.requester))
        }
        router.post(Self.path(.mute)) { request, context in
            try await commands.mute(try await Self.body(MuteCommand.self, of: request), by: await context.requester)
            return try ControlRoutes.json(CommandAnswer())
        }
        router.delete(Self.path(.mute)) { _, context in
            try await commands.unmute(by: await context.requester)
            return try ControlRoutes.json(CommandAnswer())
        }
        router.post(Self.path(.clips)) { _, _ in
            guard let report = await desk.refreshedClipsReport() else { throw CommandDesk.noLoudspeaker }
            return try ControlRoutes.json(report)
        }
        router.post(Self.path(.duty)) { request, context in
            try await commands.startDuty(
                try await Self.body(DutyCommand.self, of: request),
                by: await context.requester
            )
            return try ControlRoutes.json(desk.dutyReport())
        }
        router.delete(Self.path(.duty)) { _, context in
            try await commands.endDuty(by: await context.requester)
            return try ControlRoutes.json(desk.dutyReport())
        }
        router.post(Self.path(.retry)) { request, context in
            let command = try await Self.body(RetryCommand.self, of: request)
            let count = try await retry.retry(command.destination, by: await context.requester)
            return try ControlRoutes.json(RetryAnswer(retrying: count))
        }
        router.post(Self.path(.marks)) { request, context in
            try await commands.mark(try await Self.body(MarkCommand.self, of: request), by: await context.requester)
            return try ControlRoutes.json(CommandAnswer())
        }
    }

    private static func path(_ path: APIPath) -> RouterPath {
        RouterPath(path.rawValue)
    }

    /// A query parameter that is `true` or `false`; left out, the latter.
    private static func flag(_ name: String, of request: Request) throws(APIError) -> Bool {
        switch request.uri.queryParameters[Substring(name)] {
        case nil, "false": return false
        case "true": return true
        case let value?:
            throw APIError(
                code: "bad_request",
                message: "\(name) is \"\(value.prefix(20))\"",
                hint: "allowed: true, false"
            )
        }
    }

    private static func body<Command: Decodable>(_ type: Command.Type, of request: Request) async throws -> Command {
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: maximumBodyBytes)
        } catch is NIOTooManyBytesError {
            throw APIError(
                code: "bad_request",
                message: "the body is too large",
                hint: "allowed: at most \(maximumBodyBytes) bytes"
            )
        }
        // A command whose members may all be left out may be left out itself.
        let bytes = buffer.readableBytes == 0 ? ByteBuffer(string: "{}") : buffer
        do {
            return try APICoding.decode(type, from: bytes.readableBytesView)
        } catch {
            throw APIError(
                code: "bad_request",
                message: "the body is not the command's JSON: \(error)",
                hint: "openapi.yaml describes it"
            )
        }
    }
}
