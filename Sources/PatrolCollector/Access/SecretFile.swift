import Glibc
import PatrolCore
import PatrolSystem

/// Why a file with secrets cannot be used; never holds a secret.
struct SecretFileError: Error, Hashable, CustomStringConvertible {
    var path: String
    var reason: String

    var description: String { "\(path) \(reason)" }
}

/// What tells one state of a file from another without reading it.
///
/// inode(7): the change time moves with every write and every change of mode or owner, and no program can set it;
/// the inode catches a file that was put in another's place.
struct FileStamp: Hashable, Sendable {
    private let device: UInt
    private let inode: UInt
    private let changedSeconds: Int
    private let changedNanoseconds: Int

    fileprivate init(_ status: stat) {
        device = status.st_dev
        inode = status.st_ino
        changedSeconds = status.st_ctim.tv_sec
        changedNanoseconds = status.st_ctim.tv_nsec
    }

    /// Whether a further change would show.
    ///
    /// A file system takes its times from a clock that ticks every few milliseconds: what changes twice within a tick
    /// looks as if it had changed once.
    var isSettled: Bool {
        SystemClock.nanosecondsSince1970() / 1_000_000_000 - Int64(changedSeconds) > 1
    }

    /// `nil` if the file cannot be looked at.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }
}

/// Reads a small text file that holds secrets, and insists that only its owner and its group can read it.
enum SecretFile {
    /// A line for each of ten thousand vehicles.
    static let maximumBytes = 1024 * 1024

    /// - Parameter isSecret: whether others must not be able to read it.
    static func read(
        _ path: String,
        isSecret: Bool = true
    ) throws(SecretFileError) -> (text: String, stamp: FileStamp) {
        // O_NONBLOCK: a pipe in the file's place must not hold up the open until somebody writes into it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw systemError("cannot be read", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw systemError("cannot be read", path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw SecretFileError(path: path, reason: "is not a file") }
        let mode = status.st_mode & 0o777
        guard mode & 0o007 == 0 || !isSecret else {
            throw SecretFileError(
                path: path,
                reason: "has mode 0\(String(mode, radix: 8)), so that others can use its secrets; "
                    + "allowed: 0640 or less (chmod 640 \(path))"
            )
        }
        let bytes = try contents(of: descriptor, path)
        let foreign = TextEncoding.foreignEncoding(of: bytes)
        guard foreign == nil, let text = String(validating: bytes, as: UTF8.self) else {
            let hint = foreign.map { " but \($0)" } ?? ""
            throw SecretFileError(path: path, reason: "is not UTF-8 text\(hint); allowed: UTF-8")
        }
        // Editors on Windows put a byte order mark first.
        let isMarked = text.unicodeScalars.first == "\u{FEFF}"
        return (isMarked ? String(text.unicodeScalars.dropFirst()) : text, FileStamp(status))
    }

    private static func contents(of descriptor: Int32, _ path: String) throws(SecretFileError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            // read(2): EINTR means that a signal came before any data.
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw systemError("cannot be read", path) }
            bytes += chunk[..<count]
            guard bytes.count <= maximumBytes else {
                throw SecretFileError(path: path, reason: "is larger than \(maximumBytes) bytes; allowed: at most that")
            }
        }
    }

    private static func systemError(_ what: String, _ path: String) -> SecretFileError {
        SecretFileError(path: path, reason: "\(what): \(SystemError.text(errno))")
    }
}
