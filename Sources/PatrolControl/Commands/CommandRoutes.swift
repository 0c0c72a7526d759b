import HTTPTypes
import HummingbirdCore
import NIOCore
import PatrolAPI
import PatrolCore
import PatrolHTTPServer

/// What the socket does on order: the paths that change something.
struct CommandRoutes: Sendable {
    let reporter: StatusReporter
    let commands: CommandHandler
    let retry: RetryHandler

    func add(to table: inout Routes) {
        func on(
            _ method: HTTPRequest.Method,
            _ path: APIPath,
            queries: [String] = [],
            _ answer: @escaping @Sendable (Request, _ origin: CommandOrigin) async throws -> Response
        ) {
            table.on(method, path.rawValue) { request, _, connection in
                try Callers.require(.command, of: connection.peer)
                try QueryNames.check(request.uri, allowed: queries)
                return try await answer(request, connection.peer.commandOrigin)
            }
        }
        on(.post, .announcements) { request, origin in
            let command = try await CommandBody.read(SayCommand.self, of: request)
            return try ControlRoutes.json(try await commands.say(command, by: origin))
        }
        on(.delete, .announcements, queries: ["queue"]) { request, origin in
            let andQueue = try Self.flag("queue", of: request)
            return try ControlRoutes.json(try await commands.stop(andQueue: andQueue, by: origin))
        }
        on(.post, .mute) { request, origin in
            try await commands.mute(try await CommandBody.read(MuteCommand.self, of: request), by: origin)
            return try ControlRoutes.json(CommandAnswer())
        }
        on(.delete, .mute) { _, origin in
            try await commands.unmute(by: origin)
            return try ControlRoutes.json(CommandAnswer())
        }
        on(.post, .clips) { _, _ in
            guard let report = try await reporter.refreshedClipsReport() else { throw RequestError.noLoudspeaker }
            return try ControlRoutes.json(report)
        }
        on(.post, .duty) { request, origin in
            try await commands.startDuty(try await CommandBody.read(DutyCommand.self, of: request), by: origin)
            return try ControlRoutes.json(try await reporter.duty())
        }
        on(.delete, .duty) { _, origin in
            try await commands.endDuty(by: origin)
            return try ControlRoutes.json(try await reporter.duty())
        }
        on(.post, .retry) { request, origin in
            let command = try await CommandBody.read(RetryCommand.self, of: request)
            let count = try await retry.retry(command.destination, by: origin)
            return try ControlRoutes.json(RetryAnswer(retrying: count))
        }
        on(.post, .skip) { request, origin in
            let command = try await CommandBody.read(SkipCommand.self, of: request)
            let count = try await retry.skip(command.destination, because: command.reason, by: origin)
            return try ControlRoutes.json(SkipAnswer(skipped: count))
        }
        on(.post, .uploadNow) { request, origin in
            let command = try await CommandBody.read(UploadNowCommand.self, of: request)
            try await retry.now(command.destination, by: origin)
            return try ControlRoutes.json(CommandAnswer())
        }
        on(.post, .marks) { request, origin in
            try await commands.mark(try await CommandBody.read(MarkCommand.self, of: request), by: origin)
            return try ControlRoutes.json(CommandAnswer())
        }
    }

    /// A query parameter that is `true` or `false`; left out, the latter.
    private static func flag(_ name: String, of request: Request) throws(RequestError) -> Bool {
        switch request.uri.queryParameters[Substring(name)] {
        case nil, "false": return false
        case "true": return true
        case let value?: throw .value(name, String(value), allowed: "true, false")
        }
    }
}
