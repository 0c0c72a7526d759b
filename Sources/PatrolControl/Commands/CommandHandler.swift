import PatrolAPI
import PatrolCore

/// Reads what people order over the socket, has the cart do it, and says what came of it.
struct CommandHandler: Sendable {
    /// A mark is a word to oneself, not a report.
    private static let longestText = 500

    let cart: any CartAccess
    /// `nil` for a cart without one.
    let loudspeaker: (any LoudspeakerAccess)?

    // MARK: The loudspeaker

    /// Answered before it is on disk: it sounds at once, and the play has records of its own.
    /// - Throws: why it will not be played.
    func say(_ command: SayCommand, by origin: CommandOrigin) async throws(RequestError) -> SayAnswer {
        let names = PlayPriority.allCases.filter { $0 != .scheduled }.map(\.name).joined(separator: ", ")
        guard let priority = PlayPriority(name: command.priority ?? PlayPriority.manual.name), priority != .scheduled
        else {
            throw .value("priority", command.priority ?? "", allowed: names)
        }
        if let reason = command.reason { try Self.check("reason", reason) }
        let repeats = command.repeats ?? 1
        guard SayRequest.allowedRepeats.contains(repeats) else {
            let range = SayRequest.allowedRepeats
            let allowed = "a whole number from \(range.lowerBound) to \(range.upperBound)"
            throw .value("repeat", "\(repeats)", allowed: allowed)
        }
        let clip = ClipName(command.clip)
        // A request must not be accepted for a program that is not there.
        await loudspeaker?.playerChecked()
        let order = Command.say(clip, priority, reason: command.reason, repeats: repeats)
        var answer: SayAnswer?
        for await progress in cart.perform(order, from: origin) {
            switch progress {
            case .reply(.accepted(let play, let ahead)):
                answer = SayAnswer(result: ahead == 0 ? "accepted" : "queued", play: play.rawValue, ahead: ahead)
                guard command.wait ?? false else { break }
                continue
            case .reply(.refused(.say(.unknownClip(let name)))):
                throw ClipSuggestion(for: name, among: loudspeaker?.clips).error
            case .reply(let reply): throw RequestError(reply, to: order)
            case .concluded(let conclusion): answer?.conclude(conclusion)
            }
            break
        }
        guard let answer else { throw RequestError.busy }
        return answer
    }

    /// Ends what plays, and what waits as well if that is wanted.
    func stop(andQueue: Bool, by origin: CommandOrigin) async throws(RequestError) -> StopAnswer {
        let order = Command.stop(andQueue: andQueue)
        guard case .stopped(let reply) = try await perform(order, by: origin) else { throw RequestError.busy }
        return StopAnswer(stopped: reply.stopped?.description, removed: reply.removed)
    }

    /// - Throws: for a time that is none, or has passed.
    func mute(_ command: MuteCommand, by origin: CommandOrigin) async throws(RequestError) {
        var until: WallTime?
        if let text = command.until {
            guard let time = WallTime(iso8601: text) else {
                throw .value("until", text, allowed: "RFC 3339, such as 2026-11-24T13:00:00Z")
            }
            until = time
        }
        _ = try await perform(.mute(until: until), by: origin)
    }

    /// - Throws: where there is no loudspeaker.
    func unmute(by origin: CommandOrigin) async throws(RequestError) {
        _ = try await perform(.unmute, by: origin)
    }

    // MARK: Duty and marks

    /// - Throws: for a kind or an officer that cannot be, or if duty runs already.
    func startDuty(_ command: DutyCommand, by origin: CommandOrigin) async throws(RequestError) {
        let names = DutyKind.allCases.map(\.rawValue).joined(separator: ", ")
        guard let kind = DutyKind(rawValue: command.kind ?? DutyKind.patrol.rawValue) else {
            throw .value("kind", command.kind ?? "", allowed: names)
        }
        let officer = command.officer.flatMap { OfficerID($0) }
        if let text = command.officer, officer == nil {
            throw .value("officer", text, allowed: "1 to 64 of a-z, A-Z, 0-9, \".\", \"_\" and \"-\"")
        }
        _ = try await perform(.startDuty(kind, officer: officer), by: origin)
    }

    /// - Throws: if none runs.
    func endDuty(by origin: CommandOrigin) async throws(RequestError) {
        _ = try await perform(.endDuty, by: origin)
    }

    /// - Throws: for a text that is too long.
    func mark(_ command: MarkCommand, by origin: CommandOrigin) async throws(RequestError) {
        if let text = command.text { try Self.check("text", text) }
        _ = try await perform(.mark(text: command.text), by: origin)
    }

    /// - Throws: why it was not done, or is not on disk.
    private func perform(_ command: Command, by origin: CommandOrigin) async throws(RequestError) -> CommandReply {
        for await progress in cart.perform(command, from: origin) {
            guard case .reply(let reply) = progress else { continue }
            switch reply {
            case .done, .stopped, .accepted: return reply
            case .refused, .notDurable: throw RequestError(reply, to: command)
            }
        }
        throw RequestError.busy
    }

    private static func check(_ name: String, _ text: String) throws(RequestError) {
        guard text.count <= longestText else {
            throw .value(name, String(text.prefix(20)) + "…", allowed: "at most \(longestText) characters")
        }
    }
}
