import ArgumentParser
import Glibc
import PatrolCore
import PatrolSystem

/// Where a playback goes to, and for how long.
struct OutputOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Make a pseudo-terminal and put a link to it here.",
            discussion: "Epochs that nobody reads are dropped. gpsd discards what came before it opened the device.",
            valueName: "link"
        )
    )
    var pty: String?

    @Option(
        help: ArgumentHelp(
            "Listen for one client at a time; port 0 picks a free one.",
            discussion: "Playing starts when a client comes, and a slow client holds it up: nothing is lost.",
            valueName: "address:port"
        ),
        transform: { text in
            guard let endpoint = Endpoint(text) else {
                throw ValidationError("'\(text)' is no ADDRESS:PORT, such as 127.0.0.1:5000 or [::1]:0")
            }
            return endpoint
        }
    )
    var tcp: Endpoint?

    @Option(help: ArgumentHelp("End after so many seconds.", valueName: "seconds"))
    var duration: Double?

    func validate() throws {
        guard (pty == nil) != (tcp == nil) else {
            throw ValidationError("Say where to: either --pty LINK or --tcp ADDRESS:PORT")
        }
        if let duration, !(duration > 0 && duration <= 1e9) {
            throw ValidationError("--duration is \(duration); it must be above 0")
        }
    }

    /// A line beside what is played, for people.
    func note(_ text: String) {
        let bytes = Array((VisibleText.of(text) + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// Opens the output, says that it is ready and plays.
    func run(_ playback: inout some Playback, once: Bool = false) throws(SimulatorError) {
        let stop = try StopSignal()
        stop.listen()
        let length = duration.map { Duration.seconds($0) }
        if let pty {
            let terminal = try PseudoTerminal(linkPath: pty)
            defer { terminal.removeLink() }
            announce("ready: pty \(pty)")
            terminal.play(&playback, once: once, waiter: Waiter(stop: stop, duration: length, clocks: .system))
        } else if let tcp {
            let source = try TCPSource(tcp)
            announce("ready: tcp \(source.endpoint)")
            source.serve(&playback, once: once, waiter: Waiter(stop: stop, duration: length, clocks: .system))
        }
    }

    /// Into a pipe or a file standard output is buffered, and whoever started the program waits for this line.
    private func announce(_ line: String) {
        print(line)
        fflush(nil)
    }
}
