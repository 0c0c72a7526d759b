import ArgumentParser
import Glibc
import PatrolAPI
import PatrolCore

/// The command line of the local socket: for people at the cart, and for scripts.
struct Patrolctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patrolctl",
        abstract: "Asks the patrold of this cart.",
        discussion: """
            Exit codes: 0 fine; 1 wrong usage, or input and output failed; 2 it works, but somebody should look; \
            3 patrold cannot be reached.

            Times are those of the cart's time zone, read and typed; with --json they are UTC. Completion of a shell: \
            patrolctl --generate-completion-script bash (or zsh, fish).
            """,
        version: Release.version,
        subcommands: [
            StatusCommand.self, WatchCommand.self, TrackCommand.self, RecordsCommand.self, QueueCommand.self,
            UploadCommand.self,
            HealthCommand.self, AnnouncementsCommand.self, SayCommandLine.self, StopCommand.self, PlanCommand.self,
            MuteCommandLine.self,
            UnmuteCommandLine.self, ClipsCommand.self, ZonesCommand.self, DutyCommandLine.self, MarkCommandLine.self,
            MetricsCommand.self, JournalPassage.self,
        ]
    )
}

/// How the program ends; scripts rely on the numbers.
enum Exit {
    static let usageOrIO = ExitCode(1)
    static let degraded = ExitCode(2)
    static let notReachable = ExitCode(3)

    /// Of what went wrong between here and the daemon.
    static func of(_ failure: ControlClient.Failure) -> ExitCode {
        switch failure {
        case .notReachable: notReachable
        case .refused(let refusal): ExitCode(refusal.code.exitCode)
        // Somebody should look why it hangs.
        case .noAnswer: degraded
        case .unexpectedAnswer, .badPath: usageOrIO
        }
    }
}

@main
enum Main {
    static func main() async {
        do {
            // Completion asks the daemon, and so cannot be parsed without waiting.
            var command = try await Patrolctl.asyncParseAsRoot(nil)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as ExitCode {
            Glibc.exit(error.rawValue)
        } catch let error as ControlClient.Failure {
            Output.complain("\(error)")
            Glibc.exit(Exit.of(error).rawValue)
        } catch {
            let isHelp = Patrolctl.exitCode(for: error).isSuccess
            let text = Patrolctl.fullMessage(for: error)
            // Several lines of this program's own; what they quote was typed at this very terminal.
            Output.raw(text + "\n", isError: !isHelp)
            Glibc.exit(isHelp ? 0 : Exit.usageOrIO.rawValue)
        }
    }
}

/// What every command takes.
struct CommonOptions: ParsableArguments {
    static let defaultSocket = "/run/patrold/patrold.sock"

    @Option(help: "The socket of patrold.", completion: .file())
    var socket = Self.defaultSocket

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func validate() throws {
        guard !socket.isEmpty else {
            throw ValidationError("--socket is empty; allowed: the path of a socket, such as \(Self.defaultSocket)")
        }
    }

    func ask<Result: Sendable>(_ body: (ControlClient) async throws -> Result) async throws -> Result {
        try await ControlClient.with(socketPath: socket, body)
    }
}
