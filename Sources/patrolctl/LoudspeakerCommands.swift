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
        let (report, clock) = try await options.askAtCart { client, clock in
            (try await client.get(AnnouncementsReport.self, .announcements), clock)
        }
        if options.json {
            Output.print(try APICoding.encodePretty(report))
        } else {
            LoudspeakerText.lines(report, clock).forEach(Output.print)
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

    @Argument(help: "The clip, as patrolctl clips lists it.", completion: ClipCompletion.kind)
    var clip: String

    @Option(
        help: "manual, live or emergency; a higher one cuts a lower one.",
        completion: .list(["manual", "live", "emergency"])
    )
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

/// The station's recordings.
struct ClipsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clips",
        abstract: "The station's recordings; exit code 2 if one of them cannot be played."
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
        if !isUsable || report.clips.contains(where: { $0.problem != nil }) { throw Exit.degraded }
    }
}
