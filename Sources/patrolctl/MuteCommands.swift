import ArgumentParser
import PatrolAPI
import PatrolCore

/// Silence by order.
struct MuteCommandLine: AsyncParsableCommand {
    /// A day: a mute for longer has a date, or no end.
    private static let longest = Duration.seconds(24 * 3600)

    static let configuration = CommandConfiguration(
        commandName: "mute",
        abstract: "Silence the loudspeaker, emergencies included, until a time or until patrolctl unmute."
    )

    @Option(
        help: """
            Until this time: the cart's local time (22:00 is the next such time, "2026-11-25 22:00"), or RFC 3339 with an \
            offset.
            """
    )
    var until: String?

    @Option(name: .customLong("for"), help: "For so long: 30min, 2h; at most 24h.")
    var duration: String?

    @OptionGroup var options: CommonOptions

    func validate() throws {
        guard let duration else { return }
        if until != nil { throw ValidationError("--until and --for contradict each other") }
        guard let length = DurationText.parse(duration), length > .zero, length <= Self.longest else {
            throw ValidationError(
                "--for is \"\(VisibleText.of(duration))\"; allowed: a duration up to 24h, such as \"30min\" or \"2h\""
            )
        }
    }

    func run() async throws {
        let (answer, words) = try await options.askAtCart { client, clock in
            let until = try end(clock)
            let answer = try await client.order(CommandAnswer.self, .mute, MuteCommand(until: until))
            return (answer, until.map { "muted until \(clock.text($0))" } ?? "muted until patrolctl unmute")
        }
        try options.confirm(answer, words)
    }

    private func end(_ clock: CartClock) throws -> String? {
        if let until { return try clock.read("--until", until, alone: .next, twice: .later) }
        guard let length = duration.flatMap(DurationText.parse) else { return nil }
        guard let now = clock.now else {
            throw ValidationError(
                "--for needs a cart that knows what time it is; allowed now: --until with a date, or neither, and "
                    + "patrolctl unmute later"
            )
        }
        return (now + length).description
    }
}

/// The end of it.
struct UnmuteCommandLine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "unmute", abstract: "End a mute.")

    @OptionGroup var options: CommonOptions

    func run() async throws {
        let answer = try await options.ask { try await $0.end(CommandAnswer.self, .mute) }
        try options.confirm(answer, "not muted")
    }
}
