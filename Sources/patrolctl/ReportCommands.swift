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
        let status = try await options.ask { try await $0.get(StatusReport.self, .status) }
        if options.json {
            Output.print(try APICoding.encodePretty(status))
        } else {
            StatusText.lines(status).forEach(Output.print)
        }
        if status.health == .degraded { throw Exit.degraded }
    }
}

/// What waits for upload.
struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "What waits for upload, and what happens next."
    )

    @OptionGroup var options: CommonOptions

    func run() async throws {
        let queue = try await options.ask { try await $0.get(QueueReport.self, .queue) }
        if options.json {
            Output.print(try APICoding.encodePretty(queue))
        } else {
            StatusText.lines(queue).forEach(Output.print)
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
        let health = try await options.ask { try await $0.get(HealthReport.self, .health) }
        if options.json {
            Output.print(try APICoding.encodePretty(health))
        } else {
            StatusText.lines(health).forEach(Output.print)
        }
        if health.state == .degraded { throw Exit.degraded }
    }
}
