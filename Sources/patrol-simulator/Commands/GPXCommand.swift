import ArgumentParser
import Foundation
import PatrolCore

/// A recorded track.
struct GPXCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gpx",
        abstract: "Replay the points of a GPX track at their own intervals, exactly where they are.",
        discussion: """
            Speed and course are the file's, or computed from the point before. The reported times keep the recorded
            intervals, so with --speed-up they run faster than the clock. Every new TCP client gets the track from its
            start; at the end the receiver falls silent.
            """
    )

    @Argument(help: "The track.")
    var file: String

    @Option(help: ArgumentHelp("How many times as fast as recorded.", valueName: "factor"))
    var speedUp = 1.0

    @Option(
        help: ArgumentHelp(
            "The time of the first point: now, recorded, or a time like 2026-11-24T13:00:00Z.",
            valueName: "time"
        )
    )
    var start = TrackPlayback.Start.now

    @Flag(help: "End when the track has been played.")
    var once = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard speedUp > 0, speedUp <= 1e6 else {
            throw ValidationError("--speed-up is \(speedUp); it must be above 0 and at most 1000000")
        }
    }

    func run() throws {
        let track = try InputFile.parse(file) { data throws(SimulatorError) in try GPXTrack(data) }
        if track.leftOut > 0 {
            output.note("\(track.leftOut) track points without a time are left out, \(track.points.count) are played")
        }
        var playback = TrackPlayback(track: track, speedUp: speedUp, start: start)
        try output.run(&playback, once: once)
    }
}

extension TrackPlayback.Start: ExpressibleByArgument {
    init?(argument: String) {
        switch argument {
        case "now": self = .now
        case "recorded": self = .recorded
        default:
            guard let time = WallTime(iso8601: argument) else { return nil }
            self = .at(time)
        }
    }

    var defaultValueDescription: String {
        switch self {
        case .now: "now"
        case .recorded: "recorded"
        case .at(let time): "\(time)"
        }
    }
}
