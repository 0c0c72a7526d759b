import PatrolCore
import Testing

@testable import patrol_player

@Suite("What a file says about its length")
struct LengthClaimTests {
    private func claim(_ bytes: [UInt8]) -> LengthClaim {
        LengthClaim(
            of: ByteSource(size: Int64(bytes.count)) { offset, count in
                #expect(offset >= 0 && offset < bytes.count && count >= 0)
                return Array(bytes.dropFirst(Int(offset)).prefix(count))
            }
        )
    }

    private static func word(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    private static func chunk(_ name: String, _ size: UInt32, _ content: [UInt8]) -> [UInt8] {
        Array(name.utf8) + word(size) + content
    }

    private static func wav(_ chunks: [[UInt8]], riff: UInt32 = 1000) -> [UInt8] {
        Array("RIFF".utf8) + word(riff) + Array("WAVE".utf8) + chunk("fmt ", 16, Array(repeating: 1, count: 16))
            + chunks.joined()
    }

    private static let sound = [UInt8](repeating: 0x80, count: 100)

    private static let wavs: [(what: String, bytes: [UInt8], claim: LengthClaim)] = [
        ("whole", wav([chunk("data", 100, sound)]), .bytes(claimed: 100, present: 100)),
        ("half", wav([chunk("data", 200, sound)]), .bytes(claimed: 200, present: 100)),
        ("a byte too few", wav([chunk("data", 101, sound)]), .bytes(claimed: 101, present: 100)),
        ("only the header", wav([chunk("data", 200, [])]), .bytes(claimed: 200, present: 0)),
        (
            "with more behind it", wav([chunk("data", 100, sound), chunk("LIST", 4, [1, 2, 3, 4])]),
            .bytes(claimed: 100, present: 100)
        ),
        (
            "with a tail that is cut", wav([chunk("data", 100, sound), chunk("LIST", 99, [1])]),
            .bytes(claimed: 100, present: 100)
        ),
        (
            "behind other chunks", wav([chunk("LIST", 3, [1, 2, 3, 0]), chunk("data", 200, sound)]),
            .bytes(claimed: 200, present: 100)
        ),
        ("stream: the largest number", wav([chunk("data", 0xFFFF_FFFF, sound)]), .open(sizeAt: nil)),
        ("stream: the largest number with a sign", wav([chunk("data", 0x7FFF_FFFF, sound)]), .open(sizeAt: nil)),
        ("stream: espeak-ng and sox", wav([chunk("data", 0x7FFF_F000, sound)], riff: 0x7FFF_F024), .open(sizeAt: nil)),
        ("stream: 2 GiB", wav([chunk("data", 0x8000_0000, sound)]), .open(sizeAt: nil)),
        ("stream: 4 GiB less a header", wav([chunk("data", 0xFFFF_FFDB, sound)]), .open(sizeAt: nil)),
        ("a large file that was cut", wav([chunk("data", 80 << 20, sound)]), .bytes(claimed: 80 << 20, present: 100)),
        ("stream: nothing filled in", wav([chunk("data", 0, sound)], riff: 0), .open(sizeAt: 40)),
        (
            "nothing, and meant", wav([chunk("data", 0, []), chunk("LIST", 4, [1, 2, 3, 4])]),
            .bytes(claimed: 0, present: 0)
        ),
        ("nothing at all", wav([chunk("data", 0, [])]), .bytes(claimed: 0, present: 0)),
        ("no sound", wav([chunk("LIST", 4, [1, 2, 3, 4])]), .nothing),
        ("a chunk that leads beyond the end", wav([chunk("LIST", 0xFFFF_FFFF, sound)]), .nothing),
        ("chunks without an end", wav(Array(repeating: chunk("junk", 0, []), count: 5000)), .nothing),
    ]

    @Test("WAV: the length of its data chunk, held against the file", arguments: wavs.indices)
    func wav(index: Int) {
        let row = Self.wavs[index]
        #expect(claim(row.bytes) == row.claim, "\(row.what)")
    }

    /// STREAMINFO with a number of samples.
    private static func flac(_ samples: UInt64) -> [UInt8] {
        Array("fLaC".utf8) + [0, 0, 0, 34] + Array(repeating: 0x10, count: 10) + [0x0A, 0xC4, 0x42]
            + [0xF0 | UInt8(samples >> 32)] + Self.word(UInt32(truncatingIfNeeded: samples)).reversed()
            + Array(repeating: 0, count: 16)
    }

    @Test("FLAC: a number of samples, or 0 for a stream; also behind a tag")
    func flac() {
        #expect(claim(Self.flac(88_200)) == .frames)
        #expect(claim(Self.flac(1 << 33)) == .frames)
        #expect(claim(Self.flac(0)) == .open(sizeAt: nil))
        #expect(claim(Array(Self.flac(0).prefix(20))) == .nothing)
        let tag = Array("ID3".utf8) + [4, 0, 0, 0, 0, 1, 2] + Array(repeating: 0, count: 130)
        #expect(claim(tag + Self.flac(88_200)) == .frames)
        #expect(claim(tag + Self.flac(0)) == .open(sizeAt: nil))
    }

    /// A page with a number of full segments.
    private static func page(flags: UInt8, segments: Int) -> [UInt8] {
        Array("OggS".utf8) + [0, flags] + Array(repeating: 0, count: 20) + [UInt8(segments)]
            + Array(repeating: 255, count: segments) + Array(repeating: 7, count: segments * 255)
    }

    @Test("OGG: the mark of the last page, which must be whole")
    func ogg() {
        let first = Self.page(flags: 2, segments: 1)
        let last = Self.page(flags: 4, segments: 255)
        #expect(claim(first + last) == .endMark(isThere: true))
        #expect(claim(first + last + [1, 2, 3]) == .endMark(isThere: true))
        #expect(claim(first) == .endMark(isThere: false), "cut between two pages")
        for cut in [1, 1000, last.count - 300, last.count - 27, last.count - 26, last.count - 6, last.count - 5] {
            #expect(claim((first + last).dropLast(cut)) == .endMark(isThere: false), "\(cut) bytes less")
        }
        #expect(claim(Array("OggS".utf8)) == .endMark(isThere: false))
    }

    /// The first frame of an MP3, as versions and channels place the mark in it.
    private static let mp3s: [(head: [UInt8], side: Int, mark: String, flags: UInt8, claim: LengthClaim)] = [
        ([0xFF, 0xFB, 0x90, 0x00], 32, "Xing", 0x0F, .frames), ([0xFF, 0xFB, 0x90, 0xC0], 17, "Info", 0x01, .frames),
        ([0xFF, 0xF3, 0x80, 0xC4], 9, "Xing", 0x07, .frames), ([0xFF, 0xF3, 0x80, 0x04], 17, "Info", 0x03, .frames),
        ([0xFF, 0xE3, 0x80, 0xC4], 9, "Info", 0x01, .frames), ([0xFF, 0xFB, 0x90, 0x00], 32, "VBRI", 0, .frames),
        // The number of frames is left out.
        ([0xFF, 0xFB, 0x90, 0x00], 32, "Xing", 0x0E, .nothing),
        // In the wrong place it is sound.
        ([0xFF, 0xFB, 0x90, 0xC0], 32, "Xing", 0x0F, .nothing), ([0xFF, 0xFB, 0x90, 0x00], 32, "none", 0x0F, .nothing),
        ([0x12, 0x34, 0x90, 0x00], 32, "Xing", 0x0F, .nothing),
    ]

    @Test("MP3: the frame that tells the number of frames; without it there is only a guess", arguments: mp3s.indices)
    func mp3(index: Int) {
        let row = Self.mp3s[index]
        let frame =
            row.head + Array(repeating: 0, count: row.side) + Array(row.mark.utf8) + [0, 0, 0, row.flags]
            + Array(repeating: 0x55, count: 400)
        #expect(claim(frame) == row.claim)
        let tag = Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 5] + Array(repeating: 0, count: 5)
        #expect(claim(tag + frame) == row.claim)
        for length in 0..<60 { _ = claim(Array(frame.prefix(length))) }
    }

    @Test("What is no sound at all claims nothing")
    func rubbish() {
        #expect(claim([]) == .nothing)
        #expect(claim(Array("ID3".utf8) + [4, 0, 0x10, 0x7F, 0x7F, 0x7F, 0x7F]) == .nothing)
        var dice = SplitMix64(seed: RunSeed.next(for: "rubbish instead of a clip"))
        for head in ["RIFF....WAVE", "fLaC", "OggS", "ID3", ""] {
            for _ in 0..<200 {
                let length = Int.random(in: 0...300, using: &dice)
                let noise = (0..<length).map { _ in UInt8.random(in: 0...255, using: &dice) }
                // Only that it comes to an end: the offsets are checked where they are read.
                _ = claim(Array(head.utf8) + noise)
            }
        }
    }
}
