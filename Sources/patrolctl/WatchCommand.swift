import ArgumentParser
import PatrolAPI
import PatrolCore

/// The cart, live.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "The cart, live, until Ctrl-C.",
        discussion: "With --json: one JSON object per line as things happen (status, position, event)."
    )

    @OptionGroup var options: CommonOptions

    /// Clears to the end of the line and of the screen (ECMA-48: EL, ED, CUP), so that nothing flickers.
    private static let home = "\u{1B}[H"
    private static let clearRestOfLine = "\u{1B}[K"
    private static let clearRestOfScreen = "\u{1B}[J"
    private static let clearScreen = "\u{1B}[2J"

    func run() async throws {
        try await options.ask { client in
            if options.json {
                try await client.lines(.stream) { line in
                    Output.json(line)
                    return true
                }
            } else {
                try await redraw(client)
            }
        }
    }

    /// Asks once a second: the age of the position must grow on the screen while nothing comes.
    private func redraw(_ client: ControlClient) async throws {
        // Once: a daemon with another zone is another daemon, and ends this.
        let clock = try await CartClock.ask(client)
        if Output.terminalSize != nil { Output.raw(Self.clearScreen) }
        while !Task.isCancelled {
            let status = try await client.get(StatusReport.self, .status)
            let queue = try await client.get(QueueReport.self, .queue)
            let events = try await client.get(
                RecordPage.self,
                .records,
                query: [("lane", "events"), ("last", "5")]
            ).events
            let sections = [
                StatusText.lines(status, clock), StatusText.lines(queue, clock),
                (events ?? []).enumerated().map { index, event in
                    StatusText.row(index == 0 ? "events" : "", StatusText.line(event, clock))
                },
            ].map { $0.map(VisibleText.of) }
            if let (columns, rows) = Output.terminalSize {
                let lines = ScreenFit.lines(sections, columns: columns, rows: rows)
                let text = lines.map { $0 + Self.clearRestOfLine + "\r\n" }.joined()
                Output.raw(Self.home + text + Self.clearRestOfScreen)
            } else {
                Output.raw(sections.joined().joined(separator: "\n") + "\n\n")
            }
            try await Task.sleep(for: .seconds(1))
        }
    }
}
