import Glibc
import PatrolCore

/// Reads a small file whole: a configuration, a map, a certificate, a secret.
///
/// What is looked at is what is read: the file is opened once, and its kind, owner and mode are those of the open file
/// (fstat(2)), wherever a link led. Nothing in its place holds up the open.
public enum SmallFile {
    /// Who may have a right to it.
    public enum Readers: Hashable, Sendable {
        /// It is nobody's secret.
        case anyone
        /// It is a secret: its owner, who is root or the user who reads it, and its group (mode 0640 or stricter). The group
        /// is allowed so that root can own what a service reads.
        case ownerAndGroup
    }

    /// What an open file may be.
    public enum Kind: Hashable, Sendable {
        /// A file with bytes of its own.
        case regular
        /// Whatever gives bytes, `<(…)` of a shell for one; a pipe is waited for.
        case anything
    }

    /// The bytes, without the mark of UTF-8 that editors on Windows put first.
    /// - Parameter maximumBytes: a larger file is refused before much more than this is read.
    /// - Throws: also for text in another encoding than UTF-8 or ASCII.
    public static func bytes(
        of path: String,
        for readers: Readers = .anyone,
        kind: Kind = .regular,
        maximumBytes: Int
    ) throws(FileError) -> (bytes: [UInt8], stamp: FileStamp) {
        try bytes(of: path, for: readers, kind: kind, maximumBytes: maximumBytes, owners: trustedOwners)
    }

    /// The text, without the mark of UTF-8 that editors on Windows put first.
    /// - Parameter maximumBytes: a larger file is refused before much more than this is read.
    public static func text(
        of path: String,
        for readers: Readers = .anyone,
        kind: Kind = .regular,
        maximumBytes: Int
    ) throws(FileError) -> (text: String, stamp: FileStamp) {
        let (bytes, stamp) = try bytes(of: path, for: readers, kind: kind, maximumBytes: maximumBytes)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw FileError(path, .notText) }
        return (text, stamp)
    }

    /// Whose secrets may be used; `nil` for anybody's: root reads for others, as `patrold check` does for the service.
    private static var trustedOwners: Set<uid_t>? { geteuid() == 0 ? nil : [0, geteuid()] }

    static func bytes(
        of path: String,
        for readers: Readers,
        kind: Kind,
        maximumBytes: Int,
        owners: Set<uid_t>?
    ) throws(FileError) -> (bytes: [UInt8], stamp: FileStamp) {
        if readers == .ownerAndGroup { try checkLink(path, owners) }
        // O_NONBLOCK: a pipe in the file's place must not hold up the open until somebody writes into it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | (kind == .regular ? O_NONBLOCK : 0))
        guard descriptor >= 0 else { throw FileError(path, .unreadable(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(path, .unreadable(errno)) }
        guard kind == .anything || status.st_mode & S_IFMT == S_IFREG else { throw FileError(path, .notRegular) }
        if readers == .ownerAndGroup {
            guard status.st_mode & 0o007 == 0 else {
                throw FileError(path, .openToOthers(mode: status.st_mode & 0o777))
            }
            guard owners?.contains(status.st_uid) ?? true else {
                throw FileError(path, .foreignOwner(status.st_uid))
            }
        }
        let contents = TextEncoding.withoutMark(try read(descriptor, path, maximumBytes))
        // Letters of ASCII in UTF-16 are UTF-8 as well, with a 0 between any two.
        if let encoding = TextEncoding.foreignEncoding(of: contents) {
            throw FileError(path, .foreignEncoding(encoding))
        }
        return (contents, FileStamp(status))
    }

    /// A link is followed, since that is how certificates are renewed; but it is somebody's word where the secret lies, as in
    /// proc_sys_fs(5), protected_symlinks.
    private static func checkLink(_ path: String, _ owners: Set<uid_t>?) throws(FileError) {
        var status = stat()
        guard let owners, lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return }
        guard owners.contains(status.st_uid) else { throw FileError(path, .foreignLink(status.st_uid)) }
    }

    private static func read(
        _ descriptor: CInt,
        _ path: String,
        _ maximumBytes: Int
    ) throws(FileError) -> [UInt8] {
        var contents: [UInt8] = []
        var part = [UInt8](repeating: 0, count: min(maximumBytes, 64 * 1024) + 1)
        while true {
            let count = Glibc.read(descriptor, &part, part.count)
            if count == 0 { return contents }
            // read(2): EINTR means that a signal came before any data.
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileError(path, .unreadable(errno)) }
            contents += part[..<count]
            guard contents.count <= maximumBytes else { throw FileError(path, .tooLarge(maximumBytes)) }
        }
    }
}
