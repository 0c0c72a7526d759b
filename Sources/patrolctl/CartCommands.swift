import ArgumentParser
import PatrolAPI

/// Duty, signed on and off.
struct DutyCommandLine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "duty",
        abstract: "Whether there is duty; start or end it.",
        subcommands: [Show.self, Start.self, End.self],
        defaultSubcommand: Show.self
    )

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Whether there is duty.")

        @OptionGroup var options: CommonOptions

        func run() async throws {
            try await Self.show(options) { try await $0.get(DutyReport.self, .duty) }
        }

        static func show(_ options: CommonOptions, _ ask: (ControlClient) async throws -> DutyReport) async throws {
            let (report, clock) = try await options.askAtCart { client, clock in (try await ask(client), clock) }
            if options.json {
                Output.json(try APICoding.encodePretty(report))
            } else {
                Output.print(CartText.duty(report, clock))
            }
        }
    }

    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Duty begins; the warning light goes on.")

        @Option(
            help: "patrol, visit, security or call-out.",
            completion: .list(["patrol", "visit", "security", "call-out"])
        )
        var kind = "patrol"

        @Option(help: "The officer's number.")
        var officer: String?

        @OptionGroup var options: CommonOptions

        func run() async throws {
            let command = DutyCommand(kind: kind, officer: officer)
            try await Show.show(options) { try await $0.order(DutyReport.self, .duty, command) }
        }
    }

    struct End: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Duty ends; the warning light goes off.")

        @OptionGroup var options: CommonOptions

        func run() async throws {
            try await Show.show(options) { try await $0.end(DutyReport.self, .duty) }
        }
    }
}

/// A word into the record.
struct MarkCommandLine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mark",
        abstract: "Put a mark with time and place into the record."
    )

    @Argument(help: "What there is to see, at most 500 characters.")
    var text: String?

    @OptionGroup var options: CommonOptions

    func run() async throws {
        let command = MarkCommand(text: text)
        try options.confirm(try await options.ask { try await $0.order(CommandAnswer.self, .marks, command) }, "marked")
    }
}

/// The places that have a name.
struct ZonesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zones",
        abstract: "The zones of the zone file, and in which of them the cart is."
    )

    @OptionGroup var options: CommonOptions

    func run() async throws {
        let report = try await options.ask { try await $0.get(ZonesReport.self, .zones) }
        if options.json {
            Output.json(try APICoding.encodePretty(report))
        } else if report.zones.isEmpty {
            Output.print("no zone file is configured")
        } else {
            report.zones.map(CartText.line).forEach(Output.print)
        }
    }
}

extension CommonOptions {
    /// Says that a command was done.
    func confirm(_ answer: CommandAnswer, _ words: String) throws {
        if json {
            Output.json(try APICoding.encodePretty(answer))
        } else {
            Output.print(words)
        }
    }
}
