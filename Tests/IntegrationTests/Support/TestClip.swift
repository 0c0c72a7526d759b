import CSndFile
import Foundation
import PatrolCore

/// Clips for tests, made on the spot: every sample of them sounds, so that a recording shows where they were cut.
struct TestClip: Sendable {
    /// What a clip is encoded as.
    enum Format: String, CaseIterable, Sendable {
        case wav, flac, ogg, mp3

        fileprivate var code: Int32 {
            switch self {
            case .wav: Int32(SF_FORMAT_WAV | SF_FORMAT_PCM_16)
            case .flac: Int32(SF_FORMAT_FLAC | SF_FORMAT_PCM_16)
            case .ogg: Int32(SF_FORMAT_OGG | SF_FORMAT_VORBIS)
            case .mp3: Int32(SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III)
            }
        }
    }

    /// What it sounds like.
    enum Sound: CaseIterable, Sendable {
        /// One tone.
        case tone
        /// Three tones that beat.
        case chord
        /// A tone that rises over an octave each second.
        case sweep
        /// White noise.
        case noise
    }

    static let rates = [8000, 16_000, 22_050, 44_100, 48_000]

    var format: Format
    var rate: Int
    var sound: Sound
    var channels = 1
    var seconds: Double
    /// The peak, of full scale.
    var level: Float = 0.5

    /// The clip as interleaved samples.
    func samples(using dice: inout SplitMix64) -> [Float] {
        let frames = Int(seconds * Double(rate))
        let pitch = Double.random(in: 250...900, using: &dice)
        var result: [Float] = []
        result.reserveCapacity(frames * channels)
        for frame in 0..<frames {
            let time = Double(frame) / Double(rate)
            let angle = 2 * Double.pi * pitch * time
            let value: Double
            switch sound {
            case .tone: value = sin(angle)
            case .chord: value = (sin(angle) + sin(angle * 1.26) + sin(angle * 1.5)) / 3
            case .sweep: value = sin(2 * .pi * pitch * (exp2(time - time.rounded(.down)) - 1) / log(2))
            case .noise: value = Double.random(in: -1...1, using: &dice)
            }
            for _ in 0..<channels { result.append(Float(value) * level) }
        }
        return result
    }

    /// Writes the clip to a file.
    func write(to path: String, using dice: inout SplitMix64) throws {
        try Self.write(samples(using: &dice), format: format, rate: rate, channels: channels, to: path)
    }

    /// Encodes interleaved samples.
    static func write(_ samples: [Float], format: Format, rate: Int, channels: Int, to path: String) throws {
        var info = SF_INFO()
        info.samplerate = Int32(rate)
        info.channels = Int32(channels)
        info.format = format.code
        guard let file = sf_open(path, Int32(SFM_WRITE), &info) else {
            throw Failure("\(path): \(String(cString: sf_strerror(nil)))")
        }
        let frames = Int64(samples.count / channels)
        let written = samples.withUnsafeBufferPointer { sf_writef_float(file, $0.baseAddress, frames) }
        guard sf_close(file) == 0, written == frames else { throw Failure("\(path): not written") }
    }
}
