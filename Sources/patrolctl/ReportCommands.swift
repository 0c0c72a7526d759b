import ArgumentParser
import PatrolAPI

/// What the cart knows of itself.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "What the cart knows of itself at this moment."
    )

    @OptionGroup var options: CommonOptions

    func run() async throws {
        let (status, clock) = try await options.askAtCart { client, clock in
            (try await client.get(StatusReport.self, .status), clock)
        }
        if options.json {
            Output.json(try APICoding.encodePretty(status))
        } else {
            StatusText.lines(status, clock).forEach(Output.print)
        }
        if status.health == .degraded { throw Exit.degraded }
    }
}

/// What waits for upload.
struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "What waits for upload, and what happens next.",
        subcommands: [Show.self, Retry.self],
        defaultSubcommand: Show.self
    )

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What waits for upload, and what happens next.")

        @OptionGroup var options: CommonOptions

        func run() async throws {
            let (queue, clock) = try await options.askAtCart { client, clock in
                (try await client.get(QueueReport.self, .queue), clock)
            }
            if options.json {
                Output.json(try APICoding.encodePretty(queue))
            } else {
                StatusText.lines(queue, clock).forEach(Output.print)
            }
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Send again what a destination refused.")

        @Argument(help: "The destination's name. Without it: all of them.")
        var destination: String?

        @OptionGroup var options: CommonOptions

        func run() async throws {
            try await QueueCommand.retry(destination, options)
        }
    }

    /// Sends again what a destination refused; `nil` for all of them.
    static func retry(_ destination: String?, _ options: CommonOptions) async throws {
        let command = RetryCommand(destination: destination)
        let answer = try await options.ask { try await $0.order(RetryAnswer.self, .retry, command) }
        if options.json {
            Output.json(try APICoding.encodePretty(answer))
        } else {
            Output.print("\(Words.count(answer.retrying, "refused record")) on the way again")
        }
    }
}

/// Whether the cart is all right.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Whether the cart is all right; exit code 2 if somebody should look."
    )

    @OptionGroup var options: CommonOptions

    func run() async throws {
        let (health, clock) = try await options.askAtCart { client, clock in
            (try await client.get(HealthReport.self, .health), clock)
        }
        if options.json {
            Output.json(try APICoding.encodePretty(health))
        } else {
            StatusText.lines(health, clock).forEach(Output.print)
        }
        if health.state == .degraded { throw Exit.degraded }
    }
}

/// Numbers for a monitoring system.
struct MetricsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "The numbers of status, health and queue in the format of Prometheus.",
        discussion: """
            For node_exporter's folder of text files: patrolctl metrics > patrold.prom.new && \
            mv patrold.prom.new /var/lib/prometheus/node-exporter/patrold.prom
            """
    )

    @OptionGroup var options: CommonOptions

    func validate() throws {
        guard !options.json else { throw ValidationError("metrics has one format; allowed: no --json") }
    }

    func run() async throws {
        try await options.ask { try await $0.parts(.metrics, Output.raw) }
    }
}
