import Foundation
import Glibc
import PatrolCore
import Testing

/// What the player makes of files, good and bad.
@Suite(
    "Files for the player",
    .enabled(if: Surroundings.programs != nil && SoundCard.isInstalled, SoundCard.notInstalled)
)
struct PlayerFileTests {
    /// A line of `check`.
    struct Report: Decodable {
        var file: String
        var ok: Bool
        var reason: String?
        var sha256: String?
        var frames: Int64?
        var rate: Int?
        var channels: Int?
        var duration_s: Double?
        var loudness_lufs: Double?
        var true_peak_dbtp: Double?
        var at_target_lufs: Double?
        var length: String?
    }

    private func check(
        _ paths: [String],
        target: Double? = nil
    ) async throws -> (reports: [Report], code: Int32) {
        let options = target.map { ["--target=\($0)"] } ?? []
        let result = try await run("patrol-player", ["check"] + options + paths)
        let reports = try result.output.split(separator: "\n").map {
            try JSONDecoder().decode(Report.self, from: Data($0.utf8))
        }
        return (reports, result.code)
    }

    @Test("A clip of 48 kHz at 0 dB comes back sample by sample, and its frames are counted")
    func wholeClip() async throws {
        let card = try await SoundCard()
        var dice = SplitMix64(seed: 3)
        let clip = TestClip(format: .wav, rate: 48_000, sound: .noise, channels: 2, seconds: 2.3, level: 0.3)
        let samples = clip.samples(using: &dice)
        let path = card.folder.path("whole.wav")
        try TestClip.write(samples, format: .wav, rate: 48_000, channels: 2, to: path)
        let begin = bootTime()
        let player = try PlayerProcess(["--device", SoundCard.device, path], environment: card.environment)
        let (ended, code, at) = try await player.awaitEnd(within: 5)
        #expect(code == 0 && ended?.how == "finished")
        #expect(ended?.frames_played == Int64(samples.count / 2) && ended?.frames_total == Int64(samples.count / 2))
        try await card.catchUp()
        let recording = try card.recording()
        let start = recording.frame(at: begin)
        let end = recording.frame(at: at + .milliseconds(300))
        let first = try #require((start..<end).first { recording.level(of: $0) > 0.0005 })
        // The sink had rendered silence up to a block ahead and took it back when the clip began, but the recorder had it
        // already: up to 5 ms at the beginning are missing from the recording.
        let skipped = 240
        let offset = 2 * skipped
        let place = try #require(
            (first - 10...first + skipped).map { 2 * $0 }.first { place in
                (0..<200).allSatisfy { abs(recording.samples[place + $0] - samples[offset + $0]) < 1e-4 }
            },
            "the clip is not in the recording"
        )
        let differences = (0..<samples.count - offset).map { abs(recording.samples[place + $0] - samples[offset + $0]) }
        let largest = try #require(differences.max())
        print("largest difference of \(differences.count / 2) frames: \(largest * 32_768) of 32,768")
        #expect(recording.samples[place + differences.count..<2 * end].allSatisfy { $0 == 0 }, "sound behind the clip")
        // One step of 16 bits, in which the file, the sink and the recorder round.
        #expect(largest <= 1.01 / 32_768)
    }

    @Test("Every format and rate plays to its last frame and sounds as long as it should")
    func everyFormat() async throws {
        let card = try await SoundCard()
        var dice = SplitMix64(seed: 4)
        for format in TestClip.Format.allCases {
            for rate in [8000, 22_050, 48_000] {
                let path = card.folder.path("clip-\(rate).\(format.rawValue)")
                try TestClip(format: format, rate: rate, sound: .chord, seconds: 0.8).write(to: path, using: &dice)
                let begin = bootTime()
                let player = try PlayerProcess(["--device", SoundCard.device, path], environment: card.environment)
                let (ended, code, at) = try await player.awaitEnd(within: 4)
                let report = try #require(try await check([path]).reports.first)
                #expect(code == 0 && ended?.how == "finished", "\(player.output)")
                #expect(report.ok && ended?.frames_played == report.frames && ended?.frames_total == report.frames)
                #expect(report.rate == rate && report.channels == 1)
                try await card.catchUp()
                let runs = try card.recording().runs(from: begin, to: at + .milliseconds(200))
                let sounded = try #require(runs.last?.end) - (try #require(runs.first?.begin))
                print("\(format.rawValue) at \(rate): \(ended?.frames_played ?? 0) frames, sounded \(sounded)")
                // MP3 adds up to two frames of 1152 on either side.
                #expect((0.79...0.83).contains(sounded.inSeconds), "\(sounded)")
            }
        }
    }

    @Test("The limiter holds at +24 dB, and a file of noise at full scale stays below -1 dB")
    func limiter() async throws {
        let card = try await SoundCard()
        var dice = SplitMix64(seed: 5)
        for (sound, level, gain) in [(.sweep, 0.5, 24), (.noise, 1, 0)] as [(TestClip.Sound, Float, Int)] {
            let path = card.folder.path("loud.wav")
            let clip = TestClip(format: .wav, rate: 48_000, sound: sound, seconds: 1, level: level)
            try clip.write(to: path, using: &dice)
            let begin = bootTime()
            let player = try PlayerProcess(
                ["--device", SoundCard.device, "--gain", "\(gain)", path],
                environment: card.environment
            )
            let (ended, _, at) = try await player.awaitEnd(within: 4)
            #expect(ended?.how == "finished")
            try await card.catchUp()
            let recording = try card.recording()
            let range = recording.frame(at: begin)..<recording.frame(at: at + .milliseconds(200))
            let peak = 20 * log10(Double(range.map { recording.level(of: $0) }.max() ?? 0))
            print("\(sound) at \(gain) dB: peak \(peak) dBFS")
            #expect((-6 ... -1).contains(peak))
        }
    }

    @Test("check measures: SHA-256, frames, loudness and true peak")
    func measures() async throws {
        let folder = try TemporaryFolder()
        // EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS is -23.0 LUFS.
        let level = Float(pow(10, -23.0 / 20))
        let tone = (0..<48_000 * 5).flatMap { frame -> [Float] in
            let value = level * Float(sin(2 * .pi * 1000 * Double(frame) / 48_000))
            return [value, value]
        }
        let path = folder.path("西彭 \"tone\".wav")
        try TestClip.write(tone, format: .wav, rate: 48_000, channels: 2, to: path)
        // A chime that is shorter than the blocks of EBU R 128 has the loudness of its tone too.
        let chime = folder.path("chime.wav")
        try TestClip.write(Array(tone[..<9600]), format: .wav, rate: 48_000, channels: 2, to: chime)
        let (reports, code) = try await check([path, chime])
        #expect(code == 0 && reports.count == 2)
        let report = try #require(reports.first)
        #expect(report.ok && report.file == path && report.frames == 240_000 && report.duration_s == 5)
        let digest = try await run("/usr/bin/sha256sum", [path]).output
        #expect(report.sha256.map { digest.contains($0) } == true)
        for report in reports {
            #expect(abs((report.loudness_lufs ?? 0) + 23) <= 0.1, "\(report)")
            #expect(abs((report.true_peak_dbtp ?? 0) + 23) <= 0.3, "\(report)")
        }
    }

    @Test("A file whose writer left its length open is as long as it is, and plays to its end")
    func streams() async throws {
        let folder = try TemporaryFolder()
        var dice = SplitMix64(seed: 6)
        let clip = TestClip(format: .wav, rate: 16_000, sound: .tone, seconds: 1.5)
        try clip.write(to: folder.path("whole.wav"), using: &dice)
        let whole = Array(try Data(contentsOf: URL(filePath: folder.path("whole.wav"))))
        var paths: [String] = []
        for (name, length) in [("ffffffff", 0xFF), ("7fffffff", 0x7F), ("0", 0)] {
            var bytes = whole
            // The length of RIFF and the one of its data, from the low byte to the high one.
            for offset in [4, 40] {
                bytes.replaceSubrange(offset..<offset + 4, with: [UInt8](repeating: length == 0 ? 0 : 0xFF, count: 4))
                bytes[offset + 3] = UInt8(length)
            }
            paths.append(folder.path("\(name).wav"))
            try Data(bytes).write(to: URL(filePath: folder.path("\(name).wav")))
        }
        try TestClip(format: .flac, rate: 16_000, sound: .tone, seconds: 1.5).write(
            to: folder.path("stream.flac"),
            using: &dice
        )
        var flac = Array(try Data(contentsOf: URL(filePath: folder.path("stream.flac"))))
        // STREAMINFO's number of samples: the low half of a byte and four more.
        flac[21] &= 0xF0
        flac.replaceSubrange(22..<26, with: [0, 0, 0, 0])
        try Data(flac).write(to: URL(filePath: folder.path("stream.flac")))
        let (reports, code) = try await check(paths + [folder.path("whole.wav"), folder.path("stream.flac")])
        #expect(code == 0, "\(reports)")
        #expect(reports.map(\.length) == ["open", "open", "open", "claimed", "open"])
        #expect(reports.allSatisfy { $0.ok && $0.frames == 24_000 }, "\(reports)")
        let loudness = reports.prefix(4).compactMap(\.loudness_lufs)
        #expect(Set(loudness).count == 1, "what is read is the same: \(loudness)")
        for report in reports {
            let player = try PlayerProcess(["--device", "null", report.file], environment: [:])
            let (ended, code, _) = try await player.awaitEnd(within: 5)
            #expect(code == 0 && ended?.how == "finished" && ended?.frames_played == 24_000, "\(player.output)")
        }
    }

    @Test("Mono and stereo come out equally loud, below -1 dBTP; what the limiter holds back is measured as it sounds")
    func loudness() async throws {
        let card = try await SoundCard()
        var dice = SplitMix64(seed: 8)
        func write(_ name: String, channels: Int, _ samples: [Float]) throws -> String {
            let path = card.folder.path(name)
            let frames = samples.flatMap { [Float](repeating: $0, count: channels) }
            try TestClip.write(frames, format: .wav, rate: 48_000, channels: channels, to: path)
            return path
        }
        let noise = (0..<48_000 * 4).map { _ in Float.random(in: -0.1...0.1, using: &dice) }
        // A murmur with a click each 40 ms, as of a bad contact: 7 LU and more are lost to the limiter.
        let clicks = noise.enumerated().map { $0.offset % 1920 == 0 ? 1 : $0.element / 4 }
        let paths = [
            try write("mono.wav", channels: 1, noise), try write("stereo.wav", channels: 2, noise),
            try write("clicks.wav", channels: 1, clicks),
        ]
        let reports = try await check(paths, target: -16).reports
        try #require(reports.count == 3)
        #expect(abs((reports[0].loudness_lufs ?? 0) - (reports[1].loudness_lufs ?? 1)) < 0.05)
        var heard: [Double] = []
        for report in reports {
            let begin = bootTime()
            let gain = min(20, -16 - (try #require(report.loudness_lufs)))
            let player = try PlayerProcess(
                ["--device", SoundCard.device, "--gain=\(gain)", report.file],
                environment: card.environment
            )
            let (ended, _, at) = try await player.awaitEnd(within: 8)
            #expect(ended?.how == "finished")
            try await card.catchUp()
            let recording = try card.recording()
            let range = 2 * recording.frame(at: begin)..<2 * recording.frame(at: at + .milliseconds(200))
            let path = card.folder.path("heard.wav")
            try TestClip.write(Array(recording.samples[range]), format: .wav, rate: 48_000, channels: 2, to: path)
            let sounded = try #require(try await check([path]).reports.first)
            print("\(report.file.split(separator: "/").last ?? ""): \(report), heard \(sounded)")
            #expect((sounded.true_peak_dbtp ?? 0) <= -1, "\(sounded)")
            let loudness = try #require(sounded.loudness_lufs)
            #expect(abs(loudness - (report.at_target_lufs ?? 0)) <= 0.3, "it sounds as it was measured")
            heard.append(loudness)
        }
        #expect(abs(heard[0] - heard[1]) <= 0.1 && abs(heard[0] + 16) <= 0.3, "\(heard)")
        #expect(heard[2] < -19, "\(heard)")
    }

    @Test("Every bad file is named with its reason, by check and by play, and none crashes")
    func badFiles() async throws {
        let folder = try TemporaryFolder()
        let files = try BadFiles.make(in: folder)
        let (reports, code) = try await check(files.map(\.path))
        #expect(code == 2)
        try #require(reports.count == files.count)
        for (file, report) in zip(files, reports) {
            print("\(file.name): \(report.reason ?? "fine")")
            #expect(report.file == file.path)
            #expect(!report.ok && report.reason?.contains(file.reason) == true, "\(file.name): \(report)")
            // A silent file is bad as a clip, but it plays.
            guard !file.isPlayable else { continue }
            let player = try PlayerProcess(["--device", "null", file.path], environment: [:])
            let (ended, code, _) = try await player.awaitEnd(within: 5)
            #expect(code == 2 && ended?.how == "file-failed", "\(file.name): \(player.output)")
            #expect(ended?.reason?.contains(file.reason) == true, "\(file.name): \(player.output)")
            if file.isCut { #expect((ended?.frames_played ?? 0) > 0, "what there is, is played and counted") }
        }
    }

    @Test(
        "Wrong usage is exit code 1, with what is allowed",
        arguments: [
            ["play"], ["play", "--gain", "25", "x.wav"], ["play", "--gain", "nan", "x.wav"],
            ["play", "--deadline", "-1", "x.wav"],
            ["play", "--deadline", "soon", "x.wav"], ["play", "--device", "", "x.wav"], ["check"],
            ["check", "--target", "1", "x.wav"], ["sing"],
        ]
    )
    func usage(_ arguments: [String]) async throws {
        let result = try await run("patrol-player", arguments)
        #expect(result.code == 1 && !result.errors.isEmpty, "\(result)")
    }
}
