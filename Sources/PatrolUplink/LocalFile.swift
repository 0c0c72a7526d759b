import Glibc
import PatrolCore
import PatrolSystem

/// Why something on this cart keeps a batch from being sent at all. The text names the file and what is allowed; only a
/// person can change it.
struct LocalProblem: Error, CustomStringConvertible {
    let description: String
}

/// Reads the small files that an upload needs. They are read for each attempt, so that a renewed token or certificate
/// is used without a restart; nothing slower than a page of the cache is touched for it.
enum LocalFile {
    /// Who may read the file.
    enum Access {
        /// It is nobody's secret.
        case anyone
        /// It is a secret: refused if others than its owner and its group have any right to it (`o=`, mode 0640 or
        /// stricter). The group is allowed so that root can own what patrold reads.
        case ownerAndGroup
    }

    /// The bytes of a file, without the mark that editors on Windows put first.
    /// - Parameters:
    ///   - what: what the file is, for messages.
    ///   - maximumBytes: a longer file is not what it should be.
    static func read(
        _ path: String,
        what: String,
        access: Access,
        maximumBytes: Int
    ) throws(LocalProblem) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw LocalProblem(description: "the \(what) \(path) \(cannotBeRead())") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw LocalProblem(description: "the \(what) \(path) \(cannotBeRead())")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw LocalProblem(description: "the \(what) \(path) is not a regular file")
        }
        if access == .ownerAndGroup, status.st_mode & 0o007 != 0 {
            throw LocalProblem(
                description: "the \(what) \(path) is open to everyone on this cart (mode "
                    + "\(String(status.st_mode & 0o777, radix: 8))); allowed: 640 or stricter (chmod o= \(path))"
            )
        }
        let contents = TextEncoding.withoutMark(try bytes(of: descriptor, path, what, maximumBytes))
        if let encoding = TextEncoding.foreignEncoding(of: contents) {
            throw LocalProblem(description: "the \(what) \(path) is text in \(encoding); allowed: UTF-8 or ASCII")
        }
        return contents
    }

    private static func bytes(
        of descriptor: CInt,
        _ path: String,
        _ what: String,
        _ maximumBytes: Int
    ) throws(LocalProblem) -> [UInt8] {
        var contents: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(descriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw LocalProblem(description: "the \(what) \(path) \(cannotBeRead())") }
            if count == 0 { return contents }
            contents += part[..<count]
            guard contents.count <= maximumBytes else {
                throw LocalProblem(
                    description: "the \(what) \(path) is larger than \(maximumBytes) bytes, so it is no such file"
                )
            }
        }
    }

    private static func cannotBeRead() -> String {
        "cannot be read: " + SystemError.text(errno).lowercasedFirst
    }
}

extension String {
    /// As in the middle of a sentence.
    var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
