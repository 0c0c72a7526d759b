import Glibc
public import PatrolCore
public import PatrolSystem
import Synchronization

/// The folder with the station's recordings: which files there are, and which of them can be played.
///
/// A clip is a regular file whose name ends in `.wav`, `.flac`, `.ogg` or `.mp3`, in any case; hidden files and others
/// are none of ours. Each is checked by `patrol-player check`, one process and one file at a time, unless the manifest
/// knows it as it is.
///
/// At most ``mostFiles`` are taken: those that the programmes name, and of the others the first by name.
public final class ClipFolder: Sendable {
    /// At most so many files: each takes a process and up to seconds to check, and memory.
    public static let mostFiles = 500
    /// The longest name, in bytes of UTF-8: it travels with every event of its clip.
    public static let longestName = 128
    /// How often what was found is kept while the first check of many files goes on: a key may be turned at any time.
    private static let keepingInterval: Duration = .seconds(20)

    private let path: String
    private let manifestPath: String
    private let needed: Set<ClipName>
    private let check: ClipCheck
    private let clocks: Clocks
    private let cancellation: WakeDescriptor
    /// The files as the last refresh found them, as far as they can be recognised again.
    private let checked = Mutex(ClipManifest(targetLUFS: 0))

    /// - Parameters:
    ///   - path: the folder.
    ///   - manifest: a file in a folder that can be written; the folder of the clips need not be.
    ///   - settings: the program and its environment; the device does not matter.
    ///   - needed: the clips that programmes name: they are taken before all others.
    ///   - targetLUFS: the loudness that all clips are brought to; how close each comes to it is measured, too.
    ///   - limit: how long the check of one file may take. The longest clip is half an hour.
    ///   - clocks: the machine's own.
    /// - Throws: what the system lacks: descriptors.
    public init(
        path: String,
        manifest: String,
        settings: PlayerSettings,
        needed: Set<ClipName> = [],
        targetLUFS: Double = -16,
        limit: Duration = .seconds(120),
        clocks: Clocks
    ) throws(SystemCallError) {
        self.path = path
        manifestPath = manifest
        self.needed = needed
        self.clocks = clocks
        cancellation = try WakeDescriptor()
        check = ClipCheck(
            settings: settings,
            targetLUFS: targetLUFS,
            limit: limit,
            clocks: clocks,
            cancellation: cancellation
        )
    }

    /// Ends a refresh that is under way, and every later one, at once; from any thread.
    public func cancel() {
        cancellation.wake()
    }

    /// Looks at the folder and checks what is new or changed. It takes its time and blocks: it needs a thread of its
    /// own. One refresh at a time.
    /// - Parameters:
    ///   - unfinished: files that somebody is writing; they are not checked.
    ///   - progress: gets each entry when it is known, in order.
    public func refresh(
        unfinished: Set<ClipName> = [],
        progress: (ClipEntry) -> Void = { _ in }
    ) throws(ClipFolderError) -> ClipListing {
        let choice = try Self.choice(of: Self.mostFiles, in: path, needed: needed)
        let known = ClipManifest(readingFrom: manifestPath, targetLUFS: check.targetLUFS)
        var found = ClipManifest(targetLUFS: check.targetLUFS)
        var listing = ClipListing()
        listing.leftOut = choice.leftOut
        var kept = clocks.now()
        do throws(ClipFolderError) {
            for name in choice.names {
                if unfinished.contains(name) {
                    let entry = ClipEntry(name: name, verdict: .bad(reason: "is still being written"))
                    listing.entries.append(entry)
                    progress(entry)
                    continue
                }
                let (entry, stamp, isNew) = try look(at: name, known: known)
                if let stamp { found.entries[entry.name] = .init(stamp: stamp, verdict: entry.verdict) }
                listing.entries.append(entry)
                listing.checked += isNew ? 1 : 0
                progress(entry)
                guard isNew, clocks.now() - kept >= Self.keepingInterval else { continue }
                _ = keep(known.adding(found), unless: known)
                kept = clocks.now()
            }
        } catch {
            // What lies behind the point of cancelling is still known from before.
            _ = keep(known.adding(found), unless: known)
            throw error
        }
        checked.withLock { $0 = found }
        listing.manifestFailure = keep(found, unless: known)
        return listing
    }

    /// Whether a clip's file is still the one that was checked: one look at it, from any thread. A record names the hash
    /// of what was checked, so nothing else may be played.
    public func isAsChecked(_ clip: Clip) -> Bool {
        guard let entry = checked.withLock({ $0.entries[clip.name] }), entry.verdict == .good(clip) else {
            return false
        }
        return isUnchanged(path(of: clip.name), since: entry.stamp)
    }

    /// The file of a clip; a name that is no UTF-8 is none of one.
    public func path(of name: ClipName) -> String {
        path + "/" + String(decoding: name.bytes, as: UTF8.self)
    }

    private func keep(_ found: ClipManifest, unless known: ClipManifest) -> SystemCallError? {
        // Nothing new, nothing written: the card lives longer.
        guard found != known else { return nil }
        do throws(SystemCallError) {
            try found.write(to: manifestPath)
            return nil
        } catch {
            return error
        }
    }

    /// - Returns: what is known of a file; its stamp, if that will still be true next time; whether it was checked.
    private func look(
        at name: ClipName,
        known: ClipManifest
    ) throws(ClipFolderError) -> (ClipEntry, ClipManifest.Stamp?, isNew: Bool) {
        func bad(_ reason: String) -> ClipEntry { ClipEntry(name: name, verdict: .bad(reason: reason)) }
        if let defect = Self.defect(of: name) { return (bad(defect), nil, false) }
        let file = path(of: name)
        let before: ClipManifest.Stamp
        do throws(SystemCallError) {
            guard let stamp = try Self.stamp(of: file) else { return (bad("is not a regular file"), nil, false) }
            before = stamp
        } catch {
            return (bad(error.description), nil, false)
        }
        if let entry = known.entries[name], entry.stamp == before {
            return (ClipEntry(name: name, verdict: entry.verdict), before, false)
        }
        switch try outcome(of: file, name: name) {
        case .cancelled: throw .cancelled
        case .untold(let reason): return (bad(reason), nil, true)
        case .good(let clip):
            guard isUnchanged(file, since: before) else { return (bad("changed while it was checked"), nil, true) }
            return (ClipEntry(name: name, verdict: .good(clip)), before, true)
        case .bad(let reason):
            return (bad(reason), isUnchanged(file, since: before) ? before : nil, true)
        }
    }

    private func outcome(of file: String, name: ClipName) throws(ClipFolderError) -> ClipCheck.Outcome {
        do throws(PlayerStartError) {
            return try check.run(path: file, name: name)
        } catch {
            throw .player(error)
        }
    }

    private func isUnchanged(_ file: String, since stamp: ClipManifest.Stamp) -> Bool {
        do throws(SystemCallError) {
            return try Self.stamp(of: file) == stamp
        } catch {
            // It is gone, or out of reach: changed enough.
            return false
        }
    }

    /// - Returns: `nil` for anything but a regular file. A link is none, so that a clip is what lies in the folder.
    private static func stamp(of file: String) throws(SystemCallError) -> ClipManifest.Stamp? {
        var status = stat()
        guard lstat(file, &status) == 0 else { throw SystemCallError(call: "lstat", errno: errno, context: file) }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        return ClipManifest.Stamp(
            size: Int64(status.st_size),
            modifiedNanoseconds: nanoseconds(status.st_mtim),
            changedNanoseconds: nanoseconds(status.st_ctim),
            inode: UInt64(status.st_ino)
        )
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    static func defect(of name: ClipName) -> String? {
        if name.bytes.count > longestName { return "has a name of more than \(longestName) bytes" }
        if name.text == nil { return "has a name that is no UTF-8" }
        return name.isPlain ? nil : "has a name with control characters, or with some that nobody sees"
    }

    /// Whether a file of this name may be a clip.
    static func isClipName(_ name: [UInt8]) -> Bool {
        guard name.first != UInt8(ascii: "."), let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return false }
        // Only letters of ASCII differ by this bit; `W` becomes `w`.
        let ending = String(decoding: name[(dot + 1)...].map { $0 | 0x20 }, as: UTF8.self)
        return ["wav", "flac", "ogg", "mp3"].contains(ending)
    }
}
