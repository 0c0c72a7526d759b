import ArgumentParser
import Glibc
import Logging
import PatrolCollector
import PatrolCore
import PatrolService
import PatrolSystem

/// The station's end of the chain, as a program.
struct PatrolCollectorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patrol-collector",
        abstract:
            "The receiving end for one station: takes the vehicles' batches, stores each record once, shows them.",
        discussion: """
            Without a subcommand it serves; "patrol-collector serve --help" has the options. Exit codes: 0 fine, 1 wrong \
            usage or a failed start, 2 a backup, a restore or a check that cannot be done, 4 damage was found.
            """,
        version: Release.version,
        subcommands: [
            ServeCommand.self, BackupCommand.self, RestoreCommand.self, VerifyCommand.self,
        ],
        defaultSubcommand: ServeCommand.self
    )
}

/// Receives and shows.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Takes the vehicles' batches, stores each record once, shows them.",
        discussion: """
            POST /v1/batches takes batches. GET /v1/vehicles, /v1/vehicles/ID/track (GeoJSON; shape=points or lines), \
            /v1/vehicles/ID/events (kind=NAME) and /v1/health show what is held; track and events take from= and to= \
            (RFC 3339).
            """
    )

    @Option(
        help: "Where to listen, as HOST:PORT; port 0 lets the system choose.",
        transform: { try accepted(ListenAddress($0), "HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080") }
    )
    var listen = ListenAddress.standard

    @Option(help: "The folder of the store; it is made if it is missing.")
    var store: String

    @Option(
        help: "A file with a line \"vehicle token\" for each vehicle, not readable by others. A change counts at once."
    )
    var tokens: String

    @Option(
        help: """
            A file with the operators' token, not readable by others. Without it only this machine may read what is \
            held.
            """
    )
    var operatorTokenFile: String?

    @Option(
        help: """
            A name by which this machine may be asked to read without the operators' token, besides localhost and its \
            addresses; may be given several times.
            """,
        transform: { try accepted(HostNames.name(of: $0), "a host's name or address, such as station.lan") }
    )
    var host: [String] = []

    @Option(help: "The certificate for TLS, in PEM, with those that lead to its authority.")
    var tlsCertificate: String?

    @Option(help: "The certificate's private key, in PEM.")
    var tlsKey: String?

    @Option(
        name: .customLong("client-ca"),
        help: """
            The authority of the carts' certificates, in PEM: without one nobody is connected, and its DNS name must be the \
            vehicle of the batch. With --tls-certificate.
            """
    )
    var clientCA: String?

    @Option(help: "The largest body in bytes, as it travels.", transform: byteCount)
    var maxBody = CollectorOptions.defaultMaximumBodyBytes

    @Option(help: "The largest body in bytes, decompressed.", transform: byteCount)
    var maxDecompressed = CollectorOptions.defaultMaximumDecompressedBytes

    @Option(
        help: """
            After how many days a record is removed, with a receipt of how many there were; without it all are kept.
            """,
        transform: { try accepted(Int($0).flatMap { (1...36_500).contains($0) ? $0 : nil }, "1 to 36500 days") }
    )
    var keepDays: Int?

    @Option(
        help: "How much goes to the log: trace, debug, info, notice, warning, error, critical.",
        transform: { try accepted(Logger.Level(rawValue: $0), "one of the levels") }
    )
    var logLevel = Logger.Level.info

    func validate() throws {
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key belong together: give both or neither")
        }
        guard clientCA == nil || tlsCertificate != nil else {
            throw ValidationError("--client-ca is for TLS: it needs --tls-certificate and --tls-key")
        }
    }

    func run() async throws {
        let level = logLevel
        let logger = Logger(label: "patrol-collector") { _ in
            ServiceLogHandler(
                level: level,
                underSystemd: getenv("JOURNAL_STREAM") != nil,
                systemTime: SystemClock.now
            )
        }
        let collector = try Collector(
            try options(),
            systemTime: SystemClock.now,
            logger: logger,
            notification: .fromEnvironment(),
            onListening: {
                FailedStarts.fromEnvironment().clear()
                Output.write("listening on \($0)", to: STDOUT_FILENO)
            }
        )
        try await collector.runUntilSignal()
    }

    private func options() throws -> CollectorOptions {
        var options = CollectorOptions(listen: listen, storeFolder: store, tokensFile: tokens)
        options.operatorTokenFile = operatorTokenFile
        options.hosts = Set(host)
        if let tlsCertificate, let tlsKey {
            options.tls = CollectorOptions.TLSFiles(
                certificateFile: tlsCertificate,
                keyFile: tlsKey,
                clientAuthorityFile: clientCA
            )
        }
        options.keepDays = keepDays
        options.maximumBodyBytes = maxBody
        options.maximumDecompressedBytes = maxDecompressed
        return options
    }
}

/// Lines for people and scripts.
enum Output {
    /// One write(2), past the C library's buffer: whoever waits for the line has it at once.
    static func write(_ line: String, to descriptor: Int32) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }
}

@main
enum Main {
    static func main() async {
        do {
            var command = try PatrolCollectorCommand.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as CollectorError {
            Output.write("patrol-collector: \(error)", to: STDERR_FILENO)
            // Nothing but a wait for systemd's next try; elsewhere it is none.
            FailedStarts.fromEnvironment().failed(reason: "\(error)", notification: .fromEnvironment())
            exit(1)
        } catch let error as OfflineFailure {
            Output.write("patrol-collector: \(error)", to: STDERR_FILENO)
            exit(error.exitCode)
        } catch {
            let isHelp = PatrolCollectorCommand.exitCode(for: error).isSuccess
            Output.write(PatrolCollectorCommand.fullMessage(for: error), to: isHelp ? STDOUT_FILENO : STDERR_FILENO)
            exit(isHelp ? 0 : 1)
        }
    }
}

/// The limits that make sense: a batch is larger than 1 KiB, and a body is held in memory.
private func byteCount(_ text: String) throws -> Int {
    let allowed = 1024...1024 * 1024 * 1024
    return try accepted(Int(text).flatMap { allowed.contains($0) ? $0 : nil }, "1024 to 1073741824 bytes")
}

private func accepted<Value>(_ value: Value?, _ allowed: String) throws -> Value {
    guard let value else { throw ValidationError("allowed: \(allowed)") }
    return value
}
