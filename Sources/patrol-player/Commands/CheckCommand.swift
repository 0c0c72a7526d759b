import ArgumentParser

/// Decodes and measures clips.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Decode and measure clips, one JSON object a line.",
        discussion: """
            A clip is a regular WAV, FLAC, OGG or MP3 file of at most 64 MiB and 30 min, with 1 to 8 channels and 8000 \
            to 192000 frames per second, complete, and not silent. "length" says what its length was held against: \
            "claimed" by its header, an "end-mark", "guessed" by the decoder from its bit rate, or "open" for a file \
            whose writer left its length open, which is as long as it is. Mono is measured as if it sounded from two \
            loudspeakers, as loud as the same sound in stereo.
            """
    )

    @Option(
        help: ArgumentHelp(
            "Also measure how loud it comes out when brought to this loudness, -70 to 0: the limiter may hold it back.",
            valueName: "LUFS"
        )
    )
    var target: Double?

    @Argument(help: "The files.")
    var files: [String]

    func validate() throws {
        guard let target, !(-70.0...0).contains(target) else { return }
        throw ValidationError("--target is \(target); allowed: -70 to 0")
    }

    func run() throws {
        var areAllFine = true
        for file in files {
            var line = JSONLine()
            line.add("file", file)
            do throws(ClipProblem) {
                let report = try ClipReport(path: file, target: target)
                line.add("ok", true)
                line.add("sha256", report.sha256)
                line.add("frames", report.frames)
                line.add("rate", Int64(report.rate))
                line.add("channels", Int64(report.channels))
                line.add("duration_s", report.duration, decimals: 3)
                line.add("loudness_lufs", report.loudness, decimals: 2)
                line.add("true_peak_dbtp", report.truePeak, decimals: 2)
                if let loudness = report.loudnessAtTarget { line.add("at_target_lufs", loudness, decimals: 2) }
                line.add("length", report.claim.name)
            } catch {
                areAllFine = false
                line.add("ok", false)
                line.add("reason", error.description)
            }
            // At once: should the next file kill the process, this line is out.
            Output.print(line.text)
        }
        guard areAllFine else { throw ExitCode(Exit.badFile) }
    }
}
