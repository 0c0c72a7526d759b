import Glibc
import PatrolSystem

/// The file of a listening Unix socket: taken over only when nobody answers at it.
public enum SocketFile {
    /// Why the socket cannot be listened on.
    public struct Failure: Error, CustomStringConvertible {
        /// One line that names the path.
        public var description: String
    }

    /// Makes the folder and removes what an earlier run left behind.
    ///
    /// A file that is no socket stays where it is, and a socket at which somebody answers is in use.
    /// - Throws: why it cannot be listened on.
    public static func prepare(_ path: String) throws(Failure) {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        if !folder.isEmpty, mkdir(folder, 0o755) != 0, errno != EEXIST {
            throw Failure(description: "the folder \(folder) of the socket cannot be made: \(reason())")
        }
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw Failure(description: "the socket \(path) cannot be looked at: \(reason())")
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw Failure(
                description: "\(path) exists and is not a socket; allowed: a socket of an earlier run, or nothing"
            )
        }
        guard !isAnswered(path) else {
            throw Failure(description: "the socket \(path) is in use by another process")
        }
        guard unlink(path) == 0 else {
            throw Failure(description: "the socket \(path) of an earlier run cannot be removed: \(reason())")
        }
    }

    /// Lets every user connect, which takes the right to write (unix(7)): ``Callers`` decide what each may.
    static func open(_ path: String) throws(Failure) {
        guard chmod(path, 0o666) == 0 else {
            throw Failure(description: "the socket \(path) cannot be opened to all users: \(reason())")
        }
    }

    private static func isAnswered(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array(path.utf8)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                // connect(2): ECONNREFUSED means that nobody listens on the other end.
                connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    private static func reason() -> String { SystemError.text(errno) }
}
