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
            Output.json(try APICoding.encodePretty(report))
        } else {
            LoudspeakerText.lines(report, clock).forEach(Output.print)
        }
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
            Output.json(try APICoding.encodePretty(report))
        } else {
            LoudspeakerText.lines(report).forEach(Output.print)
        }
        let isUsable = ["ready", "checking"].contains(report.state)
        let isComplete = (report.missing ?? []).isEmpty && report.leftOut == nil
        if !isUsable || !isComplete || report.clips.contains(where: { $0.problem != nil }) { throw Exit.degraded }
    }
}
