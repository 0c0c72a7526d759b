import ArgumentParser
import PatrolAPI

/// What a person orders of the uploads.
struct UploadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upload",
        abstract: "Try an upload now, or decide on what a destination refused.",
        subcommands: [Now.self, Retry.self, Skip.self]
    )

    /// Whom it concerns.
    struct Destination: ParsableArguments {
        @Option(help: "The destination's name. Without it: all of them.")
        var destination: String?
    }

    struct Now: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Try at once, whatever pause there is; held lanes too."
        )

        @OptionGroup var chosen: Destination
        @OptionGroup var options: CommonOptions

        func run() async throws {
            let command = UploadNowCommand(destination: chosen.destination)
            try options.confirm(
                try await options.ask { try await $0.order(CommandAnswer.self, .uploadNow, command) },
                "it is tried now; patrolctl queue says what comes of it"
            )
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Send again what a destination refused.")

        @OptionGroup var chosen: Destination
        @OptionGroup var options: CommonOptions

        func run() async throws {
            try await QueueCommand.retry(chosen.destination, options)
        }
    }

    struct Skip: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give up what a destination refused: it never gets these records, and a receipt says so."
        )

        @Option(help: "Why, for the record; at most 200 characters.")
        var reason: String
        @OptionGroup var chosen: Destination
        @OptionGroup var options: CommonOptions

        func run() async throws {
            let command = SkipCommand(destination: chosen.destination, reason: reason)
            let answer = try await options.ask { try await $0.order(SkipAnswer.self, .skip, command) }
            if options.json {
                Output.json(try APICoding.encodePretty(answer))
            } else {
                Output.print("\(Words.count(answer.skipped, "refused record")) given up")
            }
        }
    }
}
