import HTTPTypes
import HummingbirdCore
import NIOCore
import PatrolAPI
import PatrolHTTPServer

/// What the socket does on order: the paths that change something.
struct CommandRoutes: Sendable {
    let desk: InformationDesk
    let commands: CommandDesk
    let retry: QuarantineRetry
    let markLimit: MarkLimit

    func add(to table: inout Routes) {
        func on(
            _ method: HTTPRequest.Method,
            _ path: APIPath,
            queries: [String] = [],
            _ answer: @escaping @Sendable (Request, _ requester: String) async throws -> Response
        ) {
            table.on(method, path.rawValue) { request, _, connection in
                try QueryNames.check(request, allowed: queries)
                return try await answer(request, connection.peer.requester)
            }
        }
        on(.post, .announcements) { request, requester in
            let command = try await CommandBody.read(SayCommand.self, of: request)
            return try ControlRoutes.json(try await commands.say(command, by: requester))
        }
        on(.delete, .announcements, queries: ["queue"]) { request, requester in
            let andQueue = try Self.flag("queue", of: request)
            return try ControlRoutes.json(try await commands.stop(andQueue: andQueue, by: requester))
        }
        on(.post, .mute) { request, requester in
            try await commands.mute(try await CommandBody.read(MuteCommand.self, of: request), by: requester)
            return try ControlRoutes.json(CommandAnswer())
        }
        on(.delete, .mute) { _, requester in
            try await commands.unmute(by: requester)
            return try ControlRoutes.json(CommandAnswer())
        }
        on(.post, .clips) { _, _ in
            guard let report = await desk.refreshedClipsReport() else { throw CommandDesk.noLoudspeaker }
            return try ControlRoutes.json(report)
        }
        on(.post, .duty) { request, requester in
            try await commands.startDuty(try await CommandBody.read(DutyCommand.self, of: request), by: requester)
            return try ControlRoutes.json(desk.dutyReport())
        }
        on(.delete, .duty) { _, requester in
            try await commands.endDuty(by: requester)
            return try ControlRoutes.json(desk.dutyReport())
        }
        on(.post, .retry) { request, requester in
            let command = try await CommandBody.read(RetryCommand.self, of: request)
            let count = try await retry.retry(command.destination, by: requester)
            return try ControlRoutes.json(RetryAnswer(retrying: count))
        }
        table.on(.post, APIPath.marks.rawValue) { request, _, connection in
            try QueryNames.check(request, allowed: [])
            let mark = try await CommandBody.read(MarkCommand.self, of: request)
            try markLimit.check(connection.peer)
            try await commands.mark(mark, by: connection.peer.requester)
            return try ControlRoutes.json(CommandAnswer())
        }
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
}
