import Glibc
import PatrolSystem

/// Whether this process may use a file, and if not, what stands in the way: which folder or file, its mode and its owner.
///
/// The kernel is asked, not the mode: groups and access lists count as they do for the service itself.
enum FileAccess {
    /// What is to be done with a file.
    enum Use: Hashable {
        case read
        case write
        case run
        /// Look into a folder.
        case list
        /// Make files in a folder.
        case fill

        fileprivate var mode: Int32 {
            switch self {
            case .read: R_OK
            case .write: W_OK
            case .run: R_OK | X_OK
            case .list: R_OK | X_OK
            case .fill: W_OK | X_OK
            }
        }

        fileprivate var isOfFolder: Bool { self == .list || self == .fill }

        fileprivate var verb: String {
            switch self {
            case .read, .list: "read"
            case .write, .fill: "write to"
            case .run: "run"
            }
        }
    }

    /// - Returns: a clause that goes on after the file's name, such as `which patrold cannot read: it has mode 600, owner
    ///   root:root`; `nil` if nothing is in the way.
    static func problem(of path: String, _ use: Use) -> String? {
        for folder in folders(above: path) where access(folder, X_OK) != 0 {
            // What is not there is told with the file itself.
            guard errno == EACCES else { break }
            return "which \(user()) cannot \(use.verb): it may not enter \(folder), which has \(modeAndOwner(folder))"
        }
        var status = stat()
        guard stat(path, &status) == 0 else { return "which cannot be \(participle(use)): \(reason())" }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        if use.isOfFolder, !isFolder { return "which is not a folder" }
        if !use.isOfFolder, isFolder { return "which is a folder; allowed: a file" }
        if use == .run || use == .read, status.st_mode & S_IFMT != S_IFREG { return "which is not a file" }
        guard access(path, use.mode) == 0 else {
            guard errno == EACCES else { return "which cannot be \(participle(use)): \(reason())" }
            return "which \(user()) cannot \(use.verb): it has \(modeAndOwner(path))"
        }
        return nil
    }

    /// `mode 640, owner root:patrold`.
    static func modeAndOwner(_ path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return "no mode that could be told (\(reason()))" }
        return "mode \(mode(status)), owner \(userName(status.st_uid)):\(groupName(status.st_gid))"
    }

    static func mode(_ status: stat) -> String { String(status.st_mode & 0o7777, radix: 8) }

    /// The folders on the way to a file, from the root.
    static func folders(above path: String) -> [String] {
        var folders = ["/"]
        var folder = ""
        for part in path.split(separator: "/").dropLast() {
            folder += "/" + part
            folders.append(folder)
        }
        return folders
    }

    static func userName(_ id: uid_t) -> String {
        // getpwuid(3)'s memory is the process's; `check` is the only caller, on one thread.
        getpwuid(id).map { String(cString: $0.pointee.pw_name) } ?? "\(id)"
    }

    static func groupName(_ id: gid_t) -> String {
        getgrgid(id).map { String(cString: $0.pointee.gr_name) } ?? "\(id)"
    }

    static func user() -> String { "user \(userName(getuid()))" }

    private static func participle(_ use: Use) -> String {
        switch use {
        case .read, .list: "read"
        case .write, .fill: "written to"
        case .run: "run"
        }
    }

    private static func reason() -> String { SystemError.text(errno) }
}
