import ArgumentParser
import PatrolCore

/// Plays a clip.
struct PlayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "play",
        abstract: "Play one clip.",
        discussion: """
            Standard input takes "deadline NANOSECONDS" and "stop", a line each; its end means that nobody is there any \
            more, and silences at once, as does a line that is not understood. SIGTERM, SIGINT and SIGHUP stop. \
            Standard output gets one JSON object a line: {"event":"started",…} and {"event":"ended",…}.
            """
    )

    /// Decibels; beyond them nothing is meant that way.
    static let gains = -60.0...24.0

    @Option(help: ArgumentHelp("The name of an ALSA device.", valueName: "name"))
    var device = "default"

    @Option(
        help: ArgumentHelp(
            "Gain, -60 to 24 dB. A limiter keeps the true peak at -1 dBTP.",
            valueName: "decibels"
        )
    )
    var gain = 0.0

    @Option(
        help: ArgumentHelp(
            "Not a sound after this instant: nanoseconds of CLOCK_BOOTTIME. The last 40 ms before it fade.",
            valueName: "nanoseconds"
        )
    )
    var deadline: Int64?

    @Argument(help: "A WAV, FLAC, OGG or MP3 file.")
    var file: String

    func validate() throws {
        guard Self.gains.contains(gain) else { throw ValidationError("--gain is \(gain); allowed: -60 to 24") }
        if let deadline, deadline < 0 { throw ValidationError("--deadline is \(deadline); allowed: 0 and more") }
        guard !device.isEmpty else { throw ValidationError("--device is empty; allowed: a name that ALSA knows") }
    }

    func run() throws {
        Player.play(
            Player.Order(
                file: file,
                device: device,
                gain: gain,
                deadline: deadline.map { Instant(nanosecondsSinceBoot: $0) }
            )
        )
    }
}
