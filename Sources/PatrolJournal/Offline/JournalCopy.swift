import Glibc
import PatrolCore
import PatrolSystem

/// A private copy of a journal that nobody has open, for looking at it: whatever happens to the copy, the folder stays as it
/// is. Removed with the last reference.
final class JournalCopy {
    /// Where it lies.
    let files: JournalFiles
    /// What it is a copy of.
    let original: JournalFiles
    /// The marks as they were; `nil` if there are none that can be read.
    let marks: JournalMarks?

    /// Copies what belongs to the journal.
    /// - Parameter progress: is told the part that is done, 0–1.
    /// - Throws: ``JournalError/Cause/inUse`` if a daemon has it, ``JournalError/Cause/folder`` if there is none.
    init(of folder: String, progress: JournalTools.Progress) throws(JournalError) {
        original = JournalFiles(folder: folder)
        guard !original.isEmpty else {
            throw JournalError(.folder, path: folder, reason: "holds no journal (journal.sqlite)")
        }
        let lock = try JournalLock(folder: folder)
        defer { lock.release() }
        marks = try MarksFile.marks(in: folder)
        files = JournalFiles(folder: try Self.temporaryFolder())
        let names = ["journal.sqlite", "journal.sqlite-wal", MarksFile.name]
        let total = names.reduce(0) { $0 + (FileCopy.size(folder + "/" + $1) ?? 0) }
        var done = 0
        for name in names where FileCopy.size(folder + "/" + name) != nil {
            try FileCopy.copy(folder + "/" + name, to: files.folder + "/" + name) { bytes in
                done += bytes
                progress("copying", Double(done) / Double(max(1, total)))
            }
        }
    }

    deinit {
        files.removeAll()
        rmdir(files.folder)
    }

    /// The journal as a start would find it, in the copy. It takes itself for the original: neither the machine nor the file
    /// is another one because of the copy.
    /// - Parameter isMoved: whether it is to notice that the original itself lies in another file than its marks say.
    func open(noticingMoves isMoved: Bool = false) throws(JournalError) -> Journal {
        let number = isMoved ? FileIdentity.number(original.database) : marks?.file ?? 0
        return try Journal(
            folder: files.folder,
            bootID: "offline",
            machineID: JournalTools.machineID(marks),
            clocks: .system,
            commitInterval: .seconds(10),
            limits: JournalTools.unlimited,
            destinations: [],
            fileNumber: { _ in number }
        )
    }

    /// tmpfs would take memory for it: `TMPDIR`, or `/var/tmp`.
    private static func temporaryFolder() throws(JournalError) -> String {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
        var template = Array((parent + "/patrold-journal-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw JournalError(
                .folder,
                path: parent,
                reason: "takes no copy: \(SystemError.text(errno)); TMPDIR names another"
            )
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Keeps a daemon from starting while its journal is read, and refuses one that runs. Changes nothing.
struct JournalLock {
    private let descriptor: Int32

    init(folder: String) throws(JournalError) {
        let path = folder + "/" + MarksFile.name
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            // Without the file there is no daemon of a version that has it.
            if errno == ENOENT { return }
            throw JournalError(.folder, path: path, reason: "cannot be opened: \(SystemError.text(errno))")
        }
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else {
            close(descriptor)
            throw JournalError(
                .inUse,
                path: folder,
                reason: "is the journal of a running patrold; allowed: one that is stopped (systemctl stop patrold)"
            )
        }
    }

    func release() {
        if descriptor >= 0 { close(descriptor) }
    }
}

/// Copies files in pieces.
enum FileCopy {
    private static let pieceBytes = 1 << 20

    /// `nil` if there is none.
    static func size(_ path: String) -> Int? {
        var information = stat()
        return stat(path, &information) == 0 ? Int(information.st_size) : nil
    }

    /// Never over an existing file; what is written is synced.
    static func copy(_ path: String, to target: String, _ copied: (Int) -> Void) throws(JournalError) {
        let source = open(path, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw failure(path, "cannot be read") }
        defer { close(source) }
        let sink = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard sink >= 0 else { throw failure(target, "cannot be made") }
        defer { close(sink) }
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        while true {
            let count = piece.withUnsafeMutableBytes { read(source, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw failure(path, "cannot be read") }
            guard count > 0 else { break }
            var rest = piece[..<count]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { write(sink, $0.baseAddress, $0.count) }
                guard written > 0 else { throw failure(target, "cannot be written") }
                rest = rest.dropFirst(written)
            }
            copied(count)
        }
        guard fsync(sink) == 0 else { throw failure(target, "cannot be synchronised") }
    }

    static func failure(_ path: String, _ reason: String) -> JournalError {
        let code = errno
        let cause: JournalError.Cause = code == ENOSPC || code == EDQUOT ? .storageFull : .storage
        return JournalError(cause, path: path, reason: "\(reason): \(SystemError.text(code))")
    }
}
