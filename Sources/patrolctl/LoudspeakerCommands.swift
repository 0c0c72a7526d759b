import ArgumentParser
import PatrolAPI

/// What the loudspeaker does.
struct AnnouncementsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "announcements",
        abstract: "What the loudspeaker plays, what comes next and when, and why it is silent."
    )

    @OptionGroup var options: CommonOptions

    func run() async throws {
        let report = try await options.ask { try await $0.get(AnnouncementsReport.self, .announcements) }
        if options.json {
            Output.print(try APICoding.encodePretty(report))
        } else {
            LoudspeakerText.lines(report).forEach(Output.print)
        }
    }
}

/// Plays a clip now.
struct SayCommandLine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "say",
        abstract: "Play a clip now.",
        discussion: "In quiet hours nothing sounds but an emergency with a reason, if the configuration allows it."
    )

    @Argument(help: "The clip, as patrolctl clips lists it.")
    var clip: String

    @Option(help: "manual, live or emergency; a higher one cuts a lower one.")
    var priority = "manual"

    @Option(help: "Why; it is kept on record.")
    var reason: String?

    @OptionGroup var options: CommonOptions

    func run() async throws {
        let command = SayCommand(clip: clip, priority: priority, reason: reason)
        let answer = try await options.ask { try await $0.order(SayAnswer.self, .announcements, command) }
        if options.json {
            Output.print(try APICoding.encodePretty(answer))
        } else {
            Output.print(answer.ahead == 0 ? "accepted: \(clip)" : "queued behind \(answer.ahead): \(clip)")
        }
    }
}

/// Silence by order.
struct MuteCommandLine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mute",
        abstract: "Silence the loudspeaker, emergencies included, until a time or until patrolctl unmute."
    )

    @Option(help: "Until this time (RFC 3339, such as 2026-11-24T21:00:00+08:00).")
    var until: String?

    @OptionGroup var options: CommonOptions

    func run() async throws {
        let command = MuteCommand(until: until)
        let answer = try await options.ask { try await $0.order(CommandAnswer.self, .mute, command) }
        try options.confirm(answer, until.map { "muted until \($0)" } ?? "muted until patrolctl unmute")
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

/// The station's recordings.
struct ClipsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clips",
        abstract:
            "The station's recordings; exit code 2 if one of them, or one that a programme names, cannot be played.",
        discussion: "The folder is looked at by itself when it has changed and then rested for 2 s."
    )

    @Flag(help: "Look at the folder again first, and check what is new or changed.")
    var check = false

    @OptionGroup var options: CommonOptions

    func run() async throws {
        let report = try await options.ask { client in
            check
                ? try await client.order(ClipsReport.self, .clips, CommandAnswer())
                : try await client.get(ClipsReport.self, .clips)
        }
        if options.json {
            Output.print(try APICoding.encodePretty(report))
        } else {
            LoudspeakerText.lines(report).forEach(Output.print)
        }
        let isUsable = ["ready", "checking"].contains(report.state)
        let isComplete = (report.missing ?? []).isEmpty && report.leftOut == nil
        if !isUsable || !isComplete || report.clips.contains(where: { $0.problem != nil }) { throw Exit.degraded }
    }
}
