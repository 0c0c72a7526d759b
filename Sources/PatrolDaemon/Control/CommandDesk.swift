import PatrolAPI
import PatrolCore

/// Does what people order over the socket, and leaves on record who ordered what.
struct CommandDesk: Sendable {
    /// A mark is a word to oneself, not a report.
    private static let longestText = 500

    let duty: DutyOffice
    let loudspeaker: Loudspeaker?
    let clips: ClipShelf?
    let board: StatusBoard
    let clocks: Clocks
    let record: @Sendable (EventKind) -> Void
    /// Says whether what was recorded is on disk: only then is it answered as done, since that outlives a pulled plug.
    let events: EventRecorder

    // MARK: The loudspeaker

    /// Answered before it is on disk: it sounds at once, and the play has records of its own.
    /// - Throws: why it will not be played.
    func say(_ command: SayCommand, by requester: String) async throws(APIError) -> SayAnswer {
        let loudspeaker = try voice()
        let names = PlayPriority.allCases.filter { $0 != .scheduled }.map(\.name).joined(separator: ", ")
        guard let priority = PlayPriority(name: command.priority ?? PlayPriority.manual.name), priority != .scheduled
        else {
            throw Self.refused("priority", command.priority ?? "", allowed: names)
        }
        if let reason = command.reason { try Self.check("reason", reason) }
        let repeats = command.repeats ?? 1
        guard SayRequest.allowedRepeats.contains(repeats) else {
            let range = SayRequest.allowedRepeats
            let allowed = "a whole number from \(range.lowerBound) to \(range.upperBound)"
            throw Self.refused("repeat", "\(repeats)", allowed: allowed)
        }
        let clip = ClipName(command.clip)
        let request = SayRequest(
            clip: clip,
            priority: priority,
            reason: command.reason,
            requester: requester,
            repeats: repeats
        )
        guard command.wait ?? false else {
            return try answer(await loudspeaker.say(request), clip, by: requester)
        }
        let (end, ending) = AsyncStream<SayConclusion?>.makeStream()
        let reply = await loudspeaker.say(request) { conclusion in
            ending.yield(conclusion)
            ending.finish()
        }
        var answer = try answer(reply, clip, by: requester)
        for await conclusion in end { answer.conclude(conclusion) }
        return answer
    }

    private func answer(_ reply: SayReply?, _ clip: ClipName, by requester: String) throws(APIError) -> SayAnswer {
        record(.command("say \(clip)", by: requester, result: Self.words(reply)))
        switch reply {
        case .accepted(let id): return SayAnswer(result: "accepted", play: id.rawValue, ahead: 0)
        case .queued(let id, let ahead): return SayAnswer(result: "queued", play: id.rawValue, ahead: ahead)
        case .refused(.unknownClip(let name)):
            throw ClipSuggestion(for: name, among: clips?.state).error
        case .refused(let refusal):
            throw APIError(code: refusal.code, message: "not played: \(refusal)", hint: Self.hint(refusal))
        case nil:
            throw Self.busy
        }
    }

    /// Ends what plays, and what waits as well if that is wanted.
    func stop(andQueue: Bool, by requester: String) async throws(APIError) -> StopAnswer {
        let loudspeaker = try voice()
        // Done whatever the disk does: silence is the safe side.
        let lostBefore = events.lostCount
        guard let reply = await loudspeaker.stop(by: requester, andQueue: andQueue) else { throw Self.busy }
        let stopped = reply.stopped.map { "stopped \($0)" } ?? "nothing played"
        let removed = andQueue ? ", \(reply.removed) removed from the queue" : ""
        record(.command(andQueue ? "stop all" : "stop", by: requester, result: stopped + removed))
        try await confirm("the stop", lostBefore, isInForce: true)
        return StopAnswer(stopped: reply.stopped?.description, removed: reply.removed)
    }

    /// - Throws: for a time that is none, or has passed.
    func mute(_ command: MuteCommand, by requester: String) async throws(APIError) {
        let loudspeaker = try voice()
        var until: WallTime?
        if let text = command.until {
            guard let time = WallTime(iso8601: text) else {
                throw Self.refused("until", text, allowed: "RFC 3339, such as 2026-11-24T13:00:00Z")
            }
            if let now = board.wallTime(at: clocks.now()), time <= now {
                throw Self.refused("until", text, allowed: "a time to come; it is \(now)")
            }
            until = time
        }
        // Taken whatever the disk does: silence is the safe side.
        let lostBefore = events.lostCount
        try await give(.mute(Mute(until: until, requester: requester)), to: loudspeaker)
        record(.command("mute", by: requester, result: until.map { "until \($0)" } ?? "until somebody ends it"))
        try await confirm("the mute", lostBefore, isInForce: true)
    }

    /// - Throws: where there is no loudspeaker.
    func unmute(by requester: String) async throws(APIError) {
        let loudspeaker = try voice()
        let lostBefore = try beginOrder("the end of the mute")
        try await give(.unmute(requester: requester), to: loudspeaker)
        record(.command("unmute", by: requester, result: "done"))
        try await confirm("the end of the mute", lostBefore, isInForce: true)
    }

    private func give(_ order: Announcer.Input, to loudspeaker: Loudspeaker) async throws(APIError) {
        guard await loudspeaker.give(order) else {
            throw Self.busy
        }
    }

    private func voice() throws(APIError) -> Loudspeaker {
        guard let loudspeaker else { throw Self.noLoudspeaker }
        return loudspeaker
    }

    private static let busy = APIError(code: "unavailable", message: "too many orders wait, or the daemon stops")

    static let noLoudspeaker = APIError(
        code: "not_found",
        message: "this cart has no loudspeaker",
        hint: "a [loudspeaker] table in the configuration makes it one"
    )

    // MARK: Duty and marks

    /// - Throws: for a kind or an officer that cannot be, or if duty runs already.
    func startDuty(_ command: DutyCommand, by requester: String) async throws(APIError) {
        let names = DutyKind.allCases.map(\.rawValue).joined(separator: ", ")
        guard let kind = DutyKind(rawValue: command.kind ?? DutyKind.patrol.rawValue) else {
            throw Self.refused("kind", command.kind ?? "", allowed: names)
        }
        let officer = command.officer.flatMap { OfficerID($0) }
        if let text = command.officer, officer == nil {
            throw Self.refused("officer", text, allowed: "1 to 64 of a-z, A-Z, 0-9, \".\", \"_\" and \"-\"")
        }
        let lostBefore = try beginOrder("the begin of duty")
        do {
            try duty.start(kind, officer: officer, by: requester)
        } catch {
            throw APIError(code: "conflict", message: "\(error)", hint: "patrolctl duty end ends it")
        }
        try await confirm("the begin of duty", lostBefore, isInForce: true)
    }

    /// - Throws: if none runs.
    func endDuty(by requester: String) async throws(APIError) {
        let lostBefore = try beginOrder("the end of duty")
        do {
            try duty.end(by: requester)
        } catch {
            throw APIError(code: "conflict", message: "\(error)")
        }
        try await confirm("the end of duty", lostBefore, isInForce: true)
    }

    /// - Throws: for a text that is too long.
    func mark(_ command: MarkCommand, by requester: String) async throws(APIError) {
        if let text = command.text { try Self.check("text", text) }
        let lostBefore = try beginOrder("the mark")
        record(.mark(text: command.text, by: requester))
        try await confirm("the mark", lostBefore)
    }

    // MARK: On disk, or said to be not

    /// - Throws: if memory has no room left for an order that the disk does not take: then it is not taken.
    private func beginOrder(_ what: String) throws(APIError) -> Int64 {
        guard events.hasRoomForOrder else {
            throw .notDurable(what, .lost(reason: "the disk takes nothing, and enough waits in memory already"))
        }
        return events.lostCount
    }

    /// - Throws: if what was recorded since is not on disk.
    private func confirm(_ what: String, _ lostBefore: Int64, isInForce: Bool = false) async throws(APIError) {
        let durability = await events.settle(lostBefore: lostBefore)
        guard durability != .durable else { return }
        throw .notDurable(what, durability, isInForce: isInForce)
    }

    // MARK: Words

    private static func check(_ name: String, _ text: String) throws(APIError) {
        guard text.count <= longestText else {
            throw refused(name, String(text.prefix(20)) + "…", allowed: "at most \(longestText) characters")
        }
    }

    private static func refused(_ name: String, _ value: String, allowed: String) -> APIError {
        APIError(code: "bad_request", message: "\(name) is \"\(value)\"", hint: "allowed: \(allowed)")
    }

    private static func words(_ reply: SayReply?) -> String {
        switch reply {
        case .accepted: "accepted"
        case .queued(_, let ahead): "queued behind \(ahead)"
        case .refused(let refusal): "refused: \(refusal)"
        case nil: "refused: \(busy.error.message)"
        }
    }

    private static func hint(_ refusal: SayRefusal) -> String? {
        switch refusal {
        case .hindered(.muted): "patrolctl unmute ends the mute"
        case .reasonRequired: "--reason says why"
        default: "patrolctl announcements says until when"
        }
    }
}
