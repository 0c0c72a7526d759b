import ArgumentParser
import Glibc
import PatrolConfiguration
import PatrolDaemon
import PatrolService

/// The daemon on the cart.
struct Patrold: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patrold",
        abstract: "Keeps a cart's positions and events and uploads them.",
        discussion: "patrolctl asks a running daemon; systemd/patrold.service runs one.",
        version: Daemon.version,
        subcommands: [Run.self, Check.self, JournalCommand.self]
    )

    /// Where the configuration is, unless it is given.
    static let defaultPath = "/etc/patrold/patrold.toml"

    struct Run: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run until SIGTERM or SIGINT; SIGHUP puts a changed configuration in force."
        )

        @Argument(help: "The configuration file.")
        var path = Patrold.defaultPath

        func run() throws {
            let configuration = try Configuration.load(path: path)
            // Before the first task; an asynchronous main would be one.
            TaskExecutors.begin()
            Task.detached { [path] in
                do {
                    try await Daemon.run(configuration, from: path, on: TaskExecutors.eventLoop.eventLoop)
                    Glibc.exit(0)
                } catch {
                    Main.fail(error)
                }
            }
            // The process ends with the task.
            while true { pause() }
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a configuration file and the files that it names, and do nothing else.",
            discussion: """
                Root's check looks as the service's user, so that it finds what the service will find. Exit codes: 0 fine, \
                perhaps with warnings; 1 something is wrong.
                """
        )

        @Argument(help: "The configuration file.")
        var path = Patrold.defaultPath

        @Flag(help: "Also show what may sound on a day, hour by hour.")
        var plan = false

        @Option(help: "The day of the plan, such as 2027-06-07; left out, today by the system's clock.")
        var date: String?

        @Option(
            name: .customLong("as"),
            help: ArgumentHelp(
                "As whom to look at the files; only root can choose. Left out, root looks as the service's user if there is one.",
                valueName: "user"
            )
        )
        var user: String?

        func run() throws {
            let service = try user.map { try ServiceUser(name: $0) } ?? ServiceUser.ofInstalledSystem()
            let check = try ConfigurationCheck(path: path, as: service)
            // Also of a configuration with problems: it may show how they came about.
            if plan || date != nil { try check.result.planLines(on: date).forEach { print($0) } }
            for warning in check.warnings { Main.complain("\(path): \(warning)") }
            guard check.errors.isEmpty else { throw ConfigurationError(path: path, problems: check.errors) }
            print("\(path): fine\(service.map { ", as user \($0.name)" } ?? ""). \(check.result.summary)")
            print("\(path): \(check.result.timeZoneSummary())")
        }
    }
}

@main
enum Main {
    static func main() {
        do {
            var command = try Patrold.parseAsRoot()
            guard !(command is any AsyncParsableCommand) else { JournalRunner.run() }
            try command.run()
        } catch {
            fail(error)
        }
    }

    static func fail(_ error: any Error) -> Never {
        switch error {
        case let error as ConfigurationError: fail("\(error)")
        case let error as Daemon.StartError: fail("patrold: \(error)")
        case let error as ServiceUser.Failure: fail("patrold: \(error)")
        default:
            if CommandLine.arguments.dropFirst().first == "journal" { JournalRunner.end(with: error) }
            Patrold.exit(withError: error)
        }
    }

    /// Errors of the configuration and of the start go out whole and plain: the fitter reads them in a terminal.
    private static func fail(_ message: String) -> Never {
        complain(message)
        // Nothing but a wait for systemd's next try; elsewhere, and for a check, it is none.
        FailedStarts.fromEnvironment().failed(reason: message, notification: .fromEnvironment())
        exit(1)
    }

    /// One write(2).
    static func complain(_ message: String) {
        let bytes = Array((message + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
