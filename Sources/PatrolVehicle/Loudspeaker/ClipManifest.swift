import FoundationEssentials
import Glibc
import PatrolCore
import PatrolSystem

/// What is known of the clips from earlier checks, so that a start does not decode all of them again. A file is known
/// as long as nothing about it has changed; a manifest that is missing, damaged or of another version knows nothing.
struct ClipManifest: Hashable, Sendable {
    /// By which a changed file is told.
    struct Stamp: Hashable, Codable, Sendable {
        var size: Int64
        var modifiedNanoseconds: Int64
        /// When the kernel last saw a change: copying tools can set the time of modification, but not this.
        var changedNanoseconds: Int64
        var inode: UInt64
    }

    /// What was found out.
    struct Entry: Hashable, Sendable {
        var stamp: Stamp
        var verdict: ClipVerdict
    }

    /// To be changed when the meaning of an entry does, or the way in which a file is measured and judged: then everything
    /// is checked anew. 2: mono is counted twice, and a WAV's own claim is held against what is there.
    private static let version = 2
    /// 500 entries of less than 2 kB.
    private static let longestFile = 1_048_576

    /// What ``Clip/loudnessAtTargetLUFS`` is about.
    let targetLUFS: Double
    /// By name.
    var entries: [ClipName: Entry] = [:]

    /// Nothing is known.
    init(targetLUFS: Double) {
        self.targetLUFS = targetLUFS
    }

    /// What is known here, and what another one knows better.
    func adding(_ other: ClipManifest) -> ClipManifest {
        var sum = self
        sum.entries.merge(other.entries) { $1 }
        return sum
    }

    /// Reads a manifest; an empty one for anything that is none, or is about another target.
    init(readingFrom path: String, targetLUFS: Double) {
        self.targetLUFS = targetLUFS
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.longestFile + 1)
        var count = 0
        while count < bytes.count {
            let more = bytes.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress?.advanced(by: count), $0.count - count)
            }
            guard more >= 0 else { return }
            if more == 0 { break }
            count += more
        }
        guard count <= Self.longestFile else { return }
        do {
            let file = try JSONDecoder().decode(ManifestFile.self, from: Data(bytes[..<count]))
            guard file.version == Self.version, file.target == targetLUFS else { return }
            for item in file.clips {
                // One entry that makes no sense spoils only itself.
                guard let verdict = item.verdict else { continue }
                entries[ClipName(item.name)] = Entry(stamp: item.stamp, verdict: verdict)
            }
        } catch {
            // Damaged: everything is checked anew, which is what a reason would lead to as well.
            entries = [:]
        }
    }

    /// Writes it so that after a power cut either the old or the new one is there, whole.
    /// - Throws: the first call that failed, with its path.
    func write(to path: String) throws(SystemCallError) {
        let items = entries.sorted { $0.key < $1.key }.compactMap { name, entry in
            // A name that is no UTF-8 is never kept: its file is bad by its name alone.
            name.text.map { ManifestFile.Item(name: $0, entry: entry) }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data: Data
        do {
            data = try encoder.encode(ManifestFile(version: Self.version, target: targetLUFS, clips: items))
        } catch {
            // Texts, whole and finite numbers always encode.
            throw SystemCallError(call: "encode", errno: EINVAL, context: path)
        }
        try AtomicFile.write(Array(data), to: path)
    }
}

private struct ManifestFile: Codable {
    struct Item: Codable {
        var name: String
        var stamp: ClipManifest.Stamp
        var bad: String?
        var sha256: String?
        var frames: Int64?
        var rate: Int?
        var channels: Int?
        var loudness: Double?
        var truePeak: Double?
        var atTarget: Double?

        init(name: String, entry: ClipManifest.Entry) {
            self.name = name
            stamp = entry.stamp
            switch entry.verdict {
            case .bad(let reason): bad = reason
            case .good(let clip):
                sha256 = clip.sha256
                frames = clip.frames
                rate = clip.sampleRate
                channels = clip.channels
                loudness = clip.loudnessLUFS
                truePeak = clip.truePeakDBTP
                atTarget = clip.loudnessAtTargetLUFS
            }
        }

        var verdict: ClipVerdict? {
            if let bad { return .bad(reason: bad) }
            guard let sha256, let frames, let rate, let channels, let loudness, let truePeak else { return nil }
            let clip = Clip(
                name: ClipName(name),
                sha256: sha256,
                frames: frames,
                sampleRate: rate,
                channels: channels,
                loudnessLUFS: loudness,
                truePeakDBTP: truePeak,
                loudnessAtTargetLUFS: atTarget
            )
            return clip.isPlausible ? .good(clip) : nil
        }
    }

    var version: Int
    var target: Double
    var clips: [Item]
}

/// A file that is replaced as a whole.
enum AtomicFile {
    /// - Throws: the first call that failed, with its path; what was there stays.
    static func write(_ bytes: [UInt8], to path: String) throws(SystemCallError) {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else { throw SystemCallError(call: "open", errno: errno, context: temporary) }
        do throws(SystemCallError) {
            defer { close(descriptor) }
            try write(bytes, to: descriptor, temporary)
            guard fsync(descriptor) == 0 else {
                throw SystemCallError(call: "fsync", errno: errno, context: temporary)
            }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else {
            let failure = SystemCallError(call: "rename", errno: errno, context: path)
            unlink(temporary)
            throw failure
        }
        try synchroniseFolder(of: path)
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(SystemCallError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw SystemCallError(call: "write", errno: errno, context: path) }
            rest = rest.dropFirst(count)
        }
    }

    /// fsync(2): the entry in the folder needs an fsync of its own.
    private static func synchroniseFolder(of path: String) throws(SystemCallError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let folder = parts.count == 1 ? "." : parts.dropLast().joined(separator: "/") + "/"
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemCallError(call: "open", errno: errno, context: folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemCallError(call: "fsync", errno: errno, context: folder) }
    }
}
