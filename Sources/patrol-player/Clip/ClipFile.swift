import CSndFile
import Glibc

/// What a clip is made of.
struct ClipFormat: Hashable, Sendable {
    /// Frames per second.
    var rate: Int
    var channels: Int
    /// How many frames the file says it has; `nil` if it does not know.
    var claimedFrames: Int64?
}

/// An open sound file, decoded piece by piece. It belongs to one thread.
///
/// Only what is meant to be a WAV, FLAC, OGG or MP3 file by its first bytes reaches the decoders: libsndfile knows some
/// thirty formats more, none of which a clip has a use for, and it guesses when it does not know.
final class ClipFile {
    let format: ClipFormat
    /// What the file itself says about its length.
    let claim: LengthClaim
    private let isMP3: Bool
    private let descriptor: CInt
    private let handle: OpaquePointer
    /// What the handle reads from, if it is not the descriptor.
    private let patched: PatchedFile?

    /// - Throws: naming what is wrong; the file's name is not in it.
    init(path: String) throws(ClipProblem) {
        // O_NONBLOCK: opening a named pipe would wait for a writer otherwise (fifo(7)).
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw ClipProblem("cannot be opened", errno: errno) }
        do throws(ClipProblem) {
            let size = try Self.requireSound(descriptor)
            claim = LengthClaim(of: Self.bytes(of: descriptor, size: size))
            if case .bytes(let claimed, let present) = claim, present < claimed {
                throw ClipProblem("ends early: its header claims \(claimed) bytes of sound, \(present) are there")
            }
            if case .open(let offset?) = claim {
                patched = PatchedFile(descriptor: descriptor, size: size, at: offset)
            } else {
                patched = nil
            }
            let (handle, info) = try Self.decoder(of: descriptor, patched)
            self.handle = handle
            format = try Self.format(of: info, handle)
            isMP3 = info.format & CInt(SF_FORMAT_TYPEMASK) == CInt(SF_FORMAT_MPEG)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit {
        sf_close(handle)
        close(descriptor)
    }

    /// Decodes the next frames into the beginning of `samples`, interleaved.
    /// - Returns: how many; 0 at the end.
    func read(into samples: inout [Float]) -> Int {
        let frames = samples.count / format.channels
        return Int(samples.withUnsafeMutableBufferPointer { sf_readf_float(handle, $0.baseAddress, Int64(frames)) })
    }

    /// What is wrong with an end after so many frames; `nil` for the right end.
    func problem(endingAfter frames: Int64) -> ClipProblem? {
        // sf_error(3): the error of the last call on this handle.
        if sf_error(handle) != SF_ERR_NO_ERROR {
            return ClipProblem("breaks off after \(frames) frames: \(Self.text(sf_strerror(handle)))")
        }
        guard frames > 0 else { return ClipProblem("holds no sound: 0 frames") }
        if case .endMark(isThere: false) = claim { return noEndMark(frames) }
        guard let claimed = format.claimedFrames else {
            if case .open = claim { return nil }
            return noEndMark(frames)
        }
        guard frames >= claimed - slack(of: claimed) else {
            let length =
                claim == .nothing
                ? "the length that the decoder guesses from its bit rate" : "the length that its header claims"
            return ClipProblem("ends before \(length): \(frames) of \(claimed) frames")
        }
        guard !isMP3 || !goesOn else {
            return ClipProblem(
                "goes on after the \(claimed) frames that the decoder takes for its length: an MP3 of variable bit rate needs "
                    + "a Xing header"
            )
        }
        return nil
    }

    private func noEndMark(_ frames: Int64) -> ClipProblem {
        ClipProblem("has no end mark after \(frames) frames: it was cut off")
    }

    /// By how much a complete file may be shorter than it claims: only an MP3, whose decoder may keep a frame of 1152 at
    /// either end. Without a Xing header its length is a guess from the size of its first frame, which is rounded by up to
    /// one byte in some two hundred.
    private func slack(of claimed: Int64) -> Int64 {
        guard isMP3 else { return 0 }
        return 2 * 1152 + (claim == .frames ? 0 : claimed / 100)
    }

    /// Whether more than a few frames of an MP3 were left unread. Without a Xing header libsndfile guesses the length from
    /// the size of the first frames, and stops there.
    private var goesOn: Bool {
        // What a gapless encoder adds at the end are at most four frames of at most 1441 bytes (ISO 11172-3).
        let slack: off_t = 6 << 10
        var status = stat()
        let position = lseek(descriptor, 0, SEEK_CUR)
        guard position >= 0, fstat(descriptor, &status) == 0, status.st_size - position > slack else { return false }
        var head: [UInt8] = [0, 0]
        // Tags at the end begin with letters.
        return pread(descriptor, &head, 2, position) == 2 && head[0] == 0xFF && head[1] & 0xE0 == 0xE0
    }

    /// Gives the file's bytes in pieces, beginning with the first one, without moving the decoder.
    func forEachPiece(_ body: (UnsafeRawBufferPointer) -> Void) throws(ClipProblem) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var offset: off_t = 0
        while true {
            let count = pread(descriptor, &buffer, buffer.count, offset)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ClipProblem("cannot be read", errno: errno) }
            guard count > 0 else { return }
            buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            offset += count
        }
    }

    private static func bytes(of descriptor: CInt, size: Int64) -> ByteSource {
        ByteSource(size: size) { offset, count in
            var bytes = [UInt8](repeating: 0, count: count)
            // What cannot be read is not there: the decoder meets the same fault and names it.
            let got = pread(descriptor, &bytes, count, off_t(offset))
            return Array(bytes.prefix(max(0, got)))
        }
    }

    private static func decoder(
        of descriptor: CInt,
        _ patched: PatchedFile?
    ) throws(ClipProblem) -> (OpaquePointer, SF_INFO) {
        var info = SF_INFO()
        guard let handle = patched.map({ $0.open(&info) }) ?? sf_open_fd(descriptor, CInt(SFM_READ), &info, 0) else {
            // With no handle sf_strerror(3) tells what the last attempt to open said. What it says of an MP3 without a
            // frame is "File does not exist or is not a regular file", which was found out to be wrong before.
            let reason = text(sf_strerror(nil))
            let isMisleading = reason.hasPrefix("File does not exist")
            throw ClipProblem("cannot be decoded as what it begins like" + (isMisleading ? "" : ": \(reason)"))
        }
        return (handle, info)
    }

    /// - Returns: the size in bytes.
    private static func requireSound(_ descriptor: CInt) throws(ClipProblem) -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ClipProblem("cannot be looked at", errno: errno) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw ClipProblem("is a folder; allowed: a regular file")
        default: throw ClipProblem("is a device, a pipe or a socket; allowed: a regular file")
        }
        guard status.st_size > 0 else { throw ClipProblem("is empty") }
        guard status.st_size <= ClipBounds.bytes else {
            throw ClipProblem("has \(status.st_size) bytes; allowed: up to \(ClipBounds.bytes) (64 MiB)")
        }
        var head = [UInt8](repeating: 0, count: 12)
        let count = pread(descriptor, &head, head.count, 0)
        guard count >= 0 else { throw ClipProblem("cannot be read", errno: errno) }
        guard isSound(head.prefix(count)) else { throw ClipProblem("is no WAV, FLAC, OGG or MP3 file") }
        return Int64(status.st_size)
    }

    /// The first bytes of the four formats; an MP3 begins with an ID3v2 tag or with the eleven set bits of a frame's head.
    static func isSound(_ head: some Collection<UInt8>) -> Bool {
        let bytes = Array(head)
        func has(_ text: StaticString, at offset: Int) -> Bool {
            text.withUTF8Buffer { $0.elementsEqual(bytes.dropFirst(offset).prefix($0.count)) }
        }
        if has("RIFF", at: 0) && has("WAVE", at: 8) { return true }
        if has("fLaC", at: 0) || has("OggS", at: 0) || has("ID3", at: 0) { return true }
        return bytes.count >= 2 && bytes[0] == 0xFF && bytes[1] & 0xE0 == 0xE0
    }

    /// Closes the handle if it throws.
    private static func format(of info: SF_INFO, _ handle: OpaquePointer) throws(ClipProblem) -> ClipFormat {
        guard ClipBounds.channels.contains(Int(info.channels)) else {
            sf_close(handle)
            throw ClipProblem("has \(info.channels) channels; allowed: 1 to \(ClipBounds.channels.upperBound)")
        }
        guard ClipBounds.rates.contains(Int(info.samplerate)) else {
            sf_close(handle)
            throw ClipProblem(
                "has \(info.samplerate) frames per second; allowed: \(ClipBounds.rates.lowerBound) to "
                    + "\(ClipBounds.rates.upperBound)"
            )
        }
        // A truncated OGG claims SF_COUNT_MAX, the largest Int64; nothing real comes near a tenth of it. Such a number is
        // never computed with.
        let claim = (0...Int64.max / 16).contains(info.frames) ? info.frames : nil
        return ClipFormat(rate: Int(info.samplerate), channels: Int(info.channels), claimedFrames: claim)
    }

    /// A message of libsndfile, which ends some of them with a full stop and begins others with a word too much.
    private static func text(_ message: UnsafePointer<CChar>?) -> String {
        guard let message else { return "unknown error" }
        let text = String(cString: message)
        let sentence = text.hasPrefix("Error : ") ? text.dropFirst("Error : ".count) : text[...]
        return String(sentence.hasSuffix(".") ? sentence.dropLast() : sentence)
    }
}
