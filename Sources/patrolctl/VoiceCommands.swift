import ArgumentParser
import PatrolAPI

/// Plays a clip now.
struct SayCommandLine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "say",
        abstract: "Play a clip now.",
        discussion: """
            In quiet hours nothing sounds but an emergency with a reason, if the configuration allows it. With --wait the \
            exit code is 0 if the clip was heard to its end, as often as it was asked for, 2 if it was accepted and was not, \
            and 1 if it was refused.
            """
    )

    /// A queue of long clips may take this long; the daemon itself sets no limit.
    private static let longestWait = Duration.seconds(4 * 3600)

    @Argument(help: "The clip, as patrolctl clips lists it.", completion: ClipCompletion.kind)
    var clip: String

    @Option(
        help: "manual, live or emergency; a higher one cuts a lower one.",
        completion: .list(["manual", "live", "emergency"])
    )
    var priority = "manual"

    @Option(help: "Why; it is kept on record.")
    var reason: String?

    @Option(name: .customLong("repeat"), help: "How often it is heard, 1 to 100.")
    var repeats = 1

    @Flag(help: "Return when it has ended, and say how.")
    var wait = false

    @OptionGroup var options: CommonOptions

    func run() async throws {
        let command = SayCommand(clip: clip, priority: priority, reason: reason, repeats: repeats, wait: wait)
        let answer = try await options.ask { client in
            try await client.order(
                SayAnswer.self,
                .announcements,
                command,
                timeout: wait ? Self.longestWait : nil
            )
        }
        if options.json {
            Output.json(try APICoding.encodePretty(answer))
        } else {
            Output.print(words(answer))
        }
        if wait, answer.outcome != "finished" { throw Exit.degraded }
    }

    private func words(_ answer: SayAnswer) -> String {
        guard wait else {
            return answer.ahead == 0 ? "accepted: \(clip)" : "queued behind \(answer.ahead): \(clip)"
        }
        return "\(answer.outcome ?? "not known how it ended"): \(clip)" + (answer.message.map { ": \($0)" } ?? "")
    }
}

/// Ends what plays.
struct StopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "End what plays; a programme speaks again after its gap (patrolctl mute silences all)."
    )

    @Flag(help: "Also take back what people asked for and what still waits.")
    var all = false

    @OptionGroup var options: CommonOptions

    func run() async throws {
        let answer = try await options.ask { client in
            try await client.end(StopAnswer.self, .announcements, query: [("queue", all ? "true" : nil)])
        }
        if options.json {
            Output.json(try APICoding.encodePretty(answer))
        } else {
            let removed = answer.removed > 0 ? "; \(answer.removed) that waited are taken back" : ""
            Output.print((answer.stopped.map { "stopped: \($0)" } ?? "nothing played") + removed)
        }
    }
}

/// What may sound on a day.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "What may sound on a day and when, by the configuration, in the cart's local time."
    )

    @Option(help: "The day, such as 2027-06-07; left out, today.")
    var date: String?

    @OptionGroup var options: CommonOptions

    func run() async throws {
        let plan = try await options.ask { client in
            try await client.get(PlanReport.self, .plan, query: [("date", date)])
        }
        if options.json {
            Output.json(try APICoding.encodePretty(plan))
        } else {
            plan.lines.forEach(Output.print)
        }
    }
}
