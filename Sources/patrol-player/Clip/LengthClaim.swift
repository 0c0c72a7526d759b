/// What a sound file itself says about its length, read before any decoder has looked at it.
///
/// libsndfile lowers the claim of a WAV that was cut off to what is there, takes an OGG that was cut between two pages for a
/// whole one, and guesses the length of an MP3 that does not tell it. So the file is asked first, and a guess is never
/// called its claim.
enum LengthClaim: Hashable, Sendable {
    /// A WAV's header: so many bytes of sound, of which `present` are there.
    case bytes(claimed: Int64, present: Int64)
    /// A FLAC's STREAMINFO, or the Xing, Info or VBRI frame of an MP3: the decoder knows the number of frames from there.
    case frames
    /// The last page of an OGG: whether it is whole and marked as the last one (RFC 3533, header type flag 4).
    case endMark(isThere: Bool)
    /// Its writer could not go back to fill in the length, as behind a pipe: it is as long as it is. `sizeAt` is where a
    /// WAV has a length of 0 that must be read as the largest one.
    case open(sizeAt: Int64?)
    /// Nothing: what the decoder takes for its length is a guess, for an MP3 from the size of its first frame.
    case nothing

    /// For programs: on what the length that was held against the file rests.
    var name: String {
        switch self {
        case .bytes, .frames: "claimed"
        case .endMark: "end-mark"
        case .open: "open"
        case .nothing: "guessed"
        }
    }

    /// - Parameter file: which the first bytes have shown to be one of the four formats. Nothing in it is believed: a number
    ///   is only compared, and an offset beyond the end reads as nothing.
    init(of file: ByteSource) {
        let start = Self.startOfSound(in: file)
        let head = file.read(at: start, 4)
        if head.elementsEqual("RIFF".utf8) {
            self = Self.wav(file)
        } else if head.elementsEqual("fLaC".utf8) {
            self = Self.flac(file, at: start)
        } else if head.elementsEqual("OggS".utf8) {
            self = Self.ogg(file)
        } else {
            self = Self.mp3(file, at: start)
        }
    }

    /// Behind an ID3v2 tag, if there is one (id3.org, ID3v2.4.0 structure, 3.1): its size has seven bits in each byte.
    private static func startOfSound(in file: ByteSource) -> Int64 {
        let head = file.read(at: 0, 10)
        guard head.count == 10, head.starts(with: "ID3".utf8) else { return 0 }
        let size = head[6..<10].reduce(Int64(0)) { $0 << 7 | Int64($1 & 0x7F) }
        return size + (head[5] & 0x10 == 0 ? 10 : 20)
    }

    // MARK: WAV

    /// More chunks than this before the sound are no clip's.
    private static let mostChunks = 256
    /// What writers that cannot go back leave as a length: the largest number with or without a sign, or a round or aligned
    /// one just below it (sox and espeak-ng: 7FFF F000). A file of at most 64 MiB cannot mean any of these.
    private static let streamLengths: [ClosedRange<Int64>] = [
        0x7FFF_0000...0x8000_0000, 0xFFFF_0000...0xFFFF_FFFF,
    ]

    private static func wav(_ file: ByteSource) -> LengthClaim {
        var offset: Int64 = 12
        for _ in 0..<mostChunks {
            let head = file.read(at: offset, 8)
            guard head.count == 8 else { return .nothing }
            let size = littleEndian(head[4..<8])
            if head.starts(with: "data".utf8) { return sound(file, claimed: size, sizeAt: offset + 4) }
            // A chunk of odd length has a byte of padding (RIFF, Multimedia Programming Interface 1.0).
            offset += 8 + size + size % 2
        }
        return .nothing
    }

    private static func sound(_ file: ByteSource, claimed: Int64, sizeAt: Int64) -> LengthClaim {
        let present = max(0, file.size - sizeAt - 4)
        if claimed == 0, present > 0, !isChunk(file, at: sizeAt + 4) { return .open(sizeAt: sizeAt) }
        if claimed > present, streamLengths.contains(where: { $0.contains(claimed) }) { return .open(sizeAt: nil) }
        return .bytes(claimed: claimed, present: min(claimed, present))
    }

    /// Whether a whole chunk lies there, and not sound: behind a length of 0 that is meant.
    private static func isChunk(_ file: ByteSource, at offset: Int64) -> Bool {
        let head = file.read(at: offset, 8)
        guard head.count == 8, head[..<4].allSatisfy({ (0x20...0x7E).contains($0) }) else { return false }
        return offset + 8 + littleEndian(head[4..<8]) <= file.size
    }

    private static func littleEndian(_ bytes: ArraySlice<UInt8>) -> Int64 {
        bytes.reversed().reduce(0) { $0 << 8 | Int64($1) }
    }

    // MARK: FLAC

    /// STREAMINFO comes first and has the number of samples in 36 bits, 0 for unknown (RFC 9639, 8.2).
    private static func flac(_ file: ByteSource, at start: Int64) -> LengthClaim {
        let total = file.read(at: start + 21, 5)
        guard total.count == 5 else { return .nothing }
        return total[0] & 0x0F == 0 && total[1...].allSatisfy { $0 == 0 } ? .open(sizeAt: nil) : .frames
    }

    // MARK: OGG

    /// 27 bytes, 255 lengths of segments, and as many segments of up to 255 bytes (RFC 3533, 6).
    private static let longestPage = 27 + 255 + 255 * 255

    private static func ogg(_ file: ByteSource) -> LengthClaim {
        // Twice: some put a tag behind the last page.
        let from = max(0, file.size - 2 * Int64(longestPage))
        let tail = file.read(at: from, 2 * longestPage)
        for start in stride(from: tail.count - 5, through: 0, by: -1)
        where tail[start] == UInt8(ascii: "O") && tail[start...].starts(with: "OggS\0".utf8) {
            let page = tail[start...]
            guard page.count >= 27 else { return .endMark(isThere: false) }
            let segments = Int(page[start + 26])
            guard page.count >= 27 + segments else { return .endMark(isThere: false) }
            let content = page[(start + 27)..<(start + 27 + segments)].reduce(0) { $0 + Int($1) }
            return .endMark(isThere: page[start + 5] & 4 != 0 && page.count >= 27 + segments + content)
        }
        return .endMark(isThere: false)
    }

    // MARK: MP3

    /// The first frame may be one that holds no sound but the number of frames: behind its head of four bytes and the side
    /// information of its layer III (ISO 11172-3 and 13818-3), or in the case of VBRI behind 32 bytes.
    private static func mp3(_ file: ByteSource, at start: Int64) -> LengthClaim {
        let frame = file.read(at: start, 160)
        guard frame.count > 50, frame[0] == 0xFF, frame[1] & 0xE0 == 0xE0 else { return .nothing }
        let isVersion1 = frame[1] & 0x18 == 0x18
        let isMono = frame[3] & 0xC0 == 0xC0
        let side = isVersion1 ? (isMono ? 17 : 32) : (isMono ? 9 : 17)
        let mark = frame[(4 + side)...].prefix(8)
        if mark.starts(with: "Xing".utf8) || mark.starts(with: "Info".utf8) {
            // The lowest of its flags: the number of frames follows.
            return frame[4 + side + 7] & 1 == 0 ? .nothing : .frames
        }
        return frame[36...].starts(with: "VBRI".utf8) ? .frames : .nothing
    }
}

/// Bytes that are read piece by piece.
struct ByteSource {
    /// How many there are.
    let size: Int64
    /// Up to `count` bytes from an offset within ``size``; fewer at the end or if they cannot be read.
    let piece: (_ offset: Int64, _ count: Int) -> [UInt8]

    func read(at offset: Int64, _ count: Int) -> [UInt8] {
        (0..<size).contains(offset) ? piece(offset, count) : []
    }
}
