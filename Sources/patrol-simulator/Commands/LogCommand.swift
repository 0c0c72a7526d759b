import ArgumentParser
import Foundation

/// A receiver's recorded output.
struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Replay a receiver's recorded output, byte for byte.",
        discussion: """
            Every new TCP client gets the log from its start; at the end the receiver falls silent. To a pseudo-terminal
            some bytes get lost on gpsd's side, which discards what it finds there when it opens the device and each time it
            tries another line speed: use --tcp if every byte counts.
            """
    )

    /// Fast enough for a test, and slow enough for gpsd: see `--rate`.
    static let usualRate = 16_000

    @Argument(help: "The log.")
    var file: String

    @Option(
        help: ArgumentHelp(
            "Bytes per second. (default: \(usualRate))",
            valueName: "bytes"
        )
    )
    var rate: Int?

    @Option(help: ArgumentHelp("Lines per second, instead of --rate.", valueName: "lines"))
    var linesPerSecond: Double?

    @Flag(help: "End when the log has been played.")
    var once = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard rate == nil || linesPerSecond == nil else {
            throw ValidationError("Say either --rate or --lines-per-second")
        }
        if let rate, !(1...1_000_000_000).contains(rate) {
            throw ValidationError("--rate is \(rate); allowed are 1 to 1000000000")
        }
        if let linesPerSecond, !(linesPerSecond > 0 && linesPerSecond <= 1e6) {
            throw ValidationError("--lines-per-second is \(linesPerSecond); it must be above 0 and at most 1000000")
        }
    }

    func run() throws {
        let bytes = Array(try InputFile.read(file))
        let rate = linesPerSecond.map { LogPlayback.Rate.linesPerSecond($0) }
        var playback = LogPlayback(bytes: bytes, rate: rate ?? .bytesPerSecond(self.rate ?? Self.usualRate))
        try output.run(&playback, once: once)
    }
}
