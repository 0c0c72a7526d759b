import PatrolAPI
import PatrolCore

/// In which words people and programs hear why a command was not done.
extension RequestError {
    static let busy = RequestError(.unavailable, "too many orders wait, or the daemon stops")

    static let noLoudspeaker = RequestError(
        .notFound,
        "this cart has no loudspeaker",
        hint: "a [loudspeaker] table in the configuration makes it one"
    )

    /// - Parameter reply: one that is not as was hoped.
    init(_ reply: CommandReply, to command: Command) {
        switch reply {
        case .done, .accepted, .stopped, .refused(.stopping): self = .busy
        case .refused(.noLoudspeaker): self = .noLoudspeaker
        case .refused(.timePassed(let until, let now)):
            self = .value("until", until.description, allowed: "a time to come; it is \(now)")
        case .refused(.say(let refusal)):
            self.init(conflict: refusal.code, "not played: \(refusal)", hint: Self.hint(refusal))
        case .refused(.duty(let error)):
            let hint: String? = if case .running = error { "patrolctl duty end ends it" } else { nil }
            self.init(.conflict, "\(error)", hint: hint)
        case .refused(.tooManyMarks(let wait, let burst, let interval)):
            let (seconds, pause) = (max(1, (wait.milliseconds + 999) / 1000), interval.milliseconds / 1000)
            self.init(
                .tooMany,
                "too many marks: the mark was NOT taken",
                hint: "again in \(seconds) s; allowed: \(burst) at once, then one each \(pause) s"
            )
        case .notDurable(let durability, let isInForce):
            self = .notDurable(command.noun, durability, isInForce: isInForce)
        }
    }

    /// What was ordered is not on disk.
    /// - Parameters:
    ///   - what: what was ordered, as the first words of a sentence.
    ///   - isInForce: whether it has an effect all the same, until the power is cut.
    static func notDurable(_ what: String, _ durability: Durability, isInForce: Bool = false) -> RequestError {
        let message =
            switch durability {
            case .durable: "\(what) is on disk"
            case .waiting(let reason):
                "\(what) \(isInForce ? "is in force but " : "is ")not on disk; it is kept in memory and tried again, but a "
                    + "power cut before would undo it: \(reason)"
            case .lost(let reason):
                isInForce ? "\(what) is in force but was NOT recorded: \(reason)" : "\(what) was NOT taken: \(reason)"
            }
        return RequestError(.notDurable, message, hint: "patrolctl health says how the disk does")
    }

    private static func hint(_ refusal: SayRefusal) -> String? {
        switch refusal {
        case .inhibited(.muted): "patrolctl unmute ends the mute"
        case .reasonRequired: "--reason says why"
        default: "patrolctl announcements says until when"
        }
    }
}

extension Command {
    /// As the first words of a sentence.
    fileprivate var noun: String {
        switch self {
        case .say: "the announcement"
        case .stop: "the stop"
        case .mute: "the mute"
        case .unmute: "the end of the mute"
        case .startDuty: "the begin of duty"
        case .endDuty: "the end of duty"
        case .mark: "the mark"
        }
    }
}
