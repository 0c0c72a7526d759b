import Glibc
import PatrolSystem

/// An inotify(7) of a folder and of the way to it: every folder and every symbolic link that its path leads through. So the
/// folder is found again when it is made, renamed, replaced, mounted or reached by another link, and nothing is polled.
///
/// It belongs to one thread.
struct FolderWatch: ~Copyable {
    /// What was read.
    enum Event: Hashable {
        /// A file of the folder was written to.
        case written([UInt8])
        /// A file of the folder was closed after writing, moved in, moved out or removed.
        case settled([UInt8])
        /// A file of the folder came, or its attributes changed.
        case touched([UInt8])
        /// The way to the folder, or the folder itself, is not what it was: it must be walked again.
        case wayChanged
        /// Events were lost.
        case lost
    }

    /// By which a folder is told from another one at the same path.
    struct Identity: Hashable {
        var device: UInt64
        var inode: UInt64
    }

    /// What a watch is for.
    private struct Purpose {
        var isFolder = false
        /// What of it lies on the way.
        var steps: [[UInt8]] = []
    }

    /// path_resolution(7).
    private static let mostLinks = 40
    private static let wayMask =
        IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF
    private static let folderMask = wayMask | IN_MODIFY | IN_CLOSE_WRITE

    /// For poll(2).
    let descriptor: Int32
    /// The folder that was found at the end of the way; `nil` for none.
    private(set) var folder: Identity?
    /// Why a part of the way is not watched, in which case changes may go unnoticed; `nil` for a whole watch.
    private(set) var failure: SystemCallError?
    private var purposes: [Int32: Purpose] = [:]

    /// Walks to a folder, which need not be there.
    /// - Throws: what inotify_init1(2) says, in practice EMFILE.
    init(path: String) throws(SystemCallError) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { throw SystemCallError(call: "inotify_init1", errno: errno, context: path) }
        walk(path)
    }

    deinit {
        close(descriptor)
    }

    // MARK: The way

    /// Each folder is watched before it is looked into, so that no change falls between the two.
    private mutating func walk(_ path: String) {
        var folder: [UInt8] = path.hasPrefix("/") ? Array("/".utf8) : Array(".".utf8)
        var steps = Array(Self.steps(Array(path.utf8)).reversed())
        var links = 0
        while let step = steps.popLast() {
            watch(folder, step: step)
            let next = folder + [UInt8(ascii: "/")] + step
            var status = stat()
            guard lstat(Self.path(next), &status) == 0 else { return }
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                folder = next
            case S_IFLNK:
                links += 1
                guard links <= Self.mostLinks, let target = Self.target(of: next) else { return }
                if target.first == UInt8(ascii: "/") { folder = Array("/".utf8) }
                steps += Self.steps(target).reversed()
            default:
                return
            }
        }
        watch(folder, step: nil)
        var status = stat()
        guard stat(Self.path(folder), &status) == 0 else { return }
        self.folder = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// `..` needs no care: behind a folder that was walked to without a link in its path it is the kernel's.
    private static func steps(_ path: [UInt8]) -> [[UInt8]] {
        path.split(separator: UInt8(ascii: "/")).map(Array.init).filter { $0 != Array(".".utf8) }
    }

    private static func target(of link: [UInt8]) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let path = path(link)
        let count = buffer.withUnsafeMutableBytes { bytes in
            bytes.bindMemory(to: CChar.self).baseAddress.map { readlink(path, $0, bytes.count) } ?? -1
        }
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    /// - Parameter step: what of the folder lies on the way; `nil` for the folder at its end.
    private mutating func watch(_ folder: [UInt8], step: [UInt8]?) {
        let mask = UInt32((step == nil ? Self.folderMask : Self.wayMask) | IN_ONLYDIR | IN_MASK_ADD)
        let watch = inotify_add_watch(descriptor, Self.path(folder), mask)
        guard watch >= 0 else {
            // ENOSPC: /proc/sys/fs/inotify/max_user_watches; EACCES: a folder that may be passed but not read.
            let context = String(decoding: folder, as: UTF8.self)
            failure = failure ?? SystemCallError(call: "inotify_add_watch", errno: errno, context: context)
            return
        }
        // A way may lead through the same folder twice: it has one watch.
        var purpose = purposes[watch] ?? Purpose()
        if let step { purpose.steps.append(step) } else { purpose.isFolder = true }
        purposes[watch] = purpose
    }

    private static func path(_ bytes: [UInt8]) -> [CChar] {
        bytes.map(CChar.init(bitPattern:)) + [0]
    }

    // MARK: What happens

    /// Takes what has happened since the last call; waits for nothing.
    mutating func events() -> [Event] {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        var events: [Event] = []
        while true {
            // inotify(7): a read gives whole events, and EAGAIN when there are none.
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return events }
            parse(buffer[..<count], &events)
        }
    }

    /// `struct inotify_event`: int wd; uint32_t mask, cookie, len; char name[len], filled up with NUL.
    private func parse(_ bytes: ArraySlice<UInt8>, _ events: inout [Event]) {
        var rest = bytes
        while rest.count >= 16 {
            let (watch, mask, length) = rest.withUnsafeBytes { raw in
                (
                    raw.loadUnaligned(fromByteOffset: 0, as: Int32.self),
                    raw.loadUnaligned(fromByteOffset: 4, as: UInt32.self),
                    Int(raw.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
                )
            }
            let name = Array(rest.dropFirst(16).prefix(length).prefix { $0 != 0 })
            rest = rest.dropFirst(16 + length)
            if let event = event(watch, Int32(bitPattern: mask), name) { events.append(event) }
        }
    }

    private func event(_ watch: Int32, _ mask: Int32, _ name: [UInt8]) -> Event? {
        func has(_ bits: Int32) -> Bool { mask & bits != 0 }
        if has(IN_Q_OVERFLOW) { return .lost }
        guard let purpose = purposes[watch] else { return nil }
        // Something about the watched folder itself.
        if name.isEmpty { return .wayChanged }
        if purpose.steps.contains(name) { return .wayChanged }
        guard purpose.isFolder else { return nil }
        if has(IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE) { return .settled(name) }
        return has(IN_MODIFY) ? .written(name) : .touched(name)
    }
}
