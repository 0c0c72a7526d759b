import Foundation
import Glibc
import PatrolCore

/// Files that are no clips, each with a word of what has to be said about it.
enum BadFiles {
    struct File: Sendable {
        var name: String
        var path: String
        var reason: String
        /// Whether a part of it is sound.
        var isCut = false
        /// Whether it is bad as a clip only.
        var isPlayable = false
    }

    static func make(in folder: TemporaryFolder) throws -> [File] {
        var dice = SplitMix64(seed: 9)
        var files: [File] = []
        func add(_ name: String, _ bytes: [UInt8], _ reason: String, isCut: Bool = false) throws {
            try Data(bytes).write(to: URL(filePath: folder.path(name)))
            files.append(File(name: name, path: folder.path(name), reason: reason, isCut: isCut))
        }
        try add("empty.wav", [], "is empty")
        try add("random.mp3", (0..<20_000).map { _ in UInt8.random(in: 0...0x7F, using: &dice) }, "is no WAV")
        try add("text.mp3", Array("This is no sound, it is a text.\n".utf8), "is no WAV")
        // It begins like an MP3, and goes on like nothing.
        let noise = (0..<20_000).map { _ in UInt8.random(in: .min ... .max, using: &dice) }
        try add("noise.mp3", [0xFF, 0xFB] + noise, "cannot be decoded as what")
        for format in TestClip.Format.allCases {
            let whole = folder.path("whole.\(format.rawValue)")
            let clip = TestClip(format: format, rate: 22_050, sound: .noise, seconds: 4)
            try clip.write(to: whole, using: &dice)
            let bytes = Array(try Data(contentsOf: URL(filePath: whole)))
            switch format {
            case .wav:
                // As libsndfile has it, both are whole.
                try add("header.wav", Array(bytes[..<44]), "claims 176400 bytes of sound, 0 are there")
                try add("half.wav", Array(bytes[..<48_000]), "claims 176400 bytes of sound, 47956 are there")
            case .flac: try add("cut.flac", Array(bytes[..<(bytes.count / 2)]), "breaks off", isCut: true)
            case .ogg:
                try add("cut.ogg", Array(bytes[..<(bytes.count / 2)]), "cut off", isCut: true)
                // Between two pages: the others are whole.
                let lastPage = (0..<bytes.count - 4).last { bytes[$0...].starts(with: "OggS".utf8) } ?? 0
                try add("pages.ogg", Array(bytes[..<lastPage]), "has no end mark", isCut: true)
            case .mp3:
                try add(
                    "cut.mp3",
                    Array(bytes[..<(bytes.count / 2)]),
                    "ends before the length that its header claims",
                    isCut: true
                )
            }
        }
        files += try clips(in: folder) + specials(in: folder)
        return files
    }

    /// Sound files outside the bounds.
    private static func clips(in folder: TemporaryFolder) throws -> [File] {
        func make(_ name: String, frames: Int, rate: Int, channels: Int, level: Float) throws -> String {
            let samples = (0..<frames * channels).map { level * Float(sin(Double($0) / 9)) }
            try TestClip.write(samples, format: .wav, rate: rate, channels: channels, to: folder.path(name))
            return folder.path(name)
        }
        return [
            File(
                name: "nine.wav",
                path: try make("nine.wav", frames: 8000, rate: 8000, channels: 9, level: 0.5),
                reason: "9 channels; allowed: 1 to 8"
            ),
            File(
                name: "slow.wav",
                path: try make("slow.wav", frames: 8000, rate: 7999, channels: 1, level: 0.5),
                reason: "7999 frames per second; allowed: 8000 to 192000"
            ),
            File(
                name: "fast.wav",
                path: try make("fast.wav", frames: 8000, rate: 192_001, channels: 1, level: 0.5),
                reason: "192001 frames per second; allowed: 8000 to 192000"
            ),
            File(
                name: "silent.wav",
                path: try make("silent.wav", frames: 8000, rate: 8000, channels: 1, level: 0),
                reason: "is silent",
                isPlayable: true
            ),
            File(
                name: "long.flac",
                path: try {
                    let samples = [Float](repeating: 0, count: 8000 * 1801)
                    try TestClip.write(samples, format: .flac, rate: 8000, channels: 1, to: folder.path("long.flac"))
                    return folder.path("long.flac")
                }(),
                reason: "longer than 30 min",
                isPlayable: true
            ),
        ]
    }

    /// What is no regular file, or too large a one.
    private static func specials(in folder: TemporaryFolder) throws -> [File] {
        let directory = folder.path("folder.wav")
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        let pipe = folder.path("pipe.wav")
        guard mkfifo(pipe, 0o600) == 0 else { throw Failure("no named pipe") }
        // Holes: it takes no room.
        let large = folder.path("large.wav")
        try Data("RIFF____WAVE".utf8).write(to: URL(filePath: large))
        guard truncate(large, 64 << 20 + 1) == 0 else { throw Failure("no large file") }
        return [
            File(name: "folder.wav", path: directory, reason: "is a folder"),
            File(name: "pipe.wav", path: pipe, reason: "allowed: a regular file"),
            File(name: "/dev/zero", path: "/dev/zero", reason: "allowed: a regular file"),
            File(name: "missing.wav", path: folder.path("missing.wav"), reason: "No such file"),
            File(name: "large.wav", path: large, reason: "64 MiB"),
        ]
    }
}
