import Glibc

/// Who, beside root and the service itself, could change what the service goes by, runs or plays.
///
/// A program that everybody may replace is everybody's way to the service's secrets and to the loudspeaker at night; a
/// file in a folder that everybody may change is no better, unless the folder is sticky (inode(7)), like `/tmp`.
struct FileTrust {
    /// Whose files these may be; `nil` for anybody's: beside an installed system a developer's own files are tried out.
    let owners: Set<uid_t>?

    /// - Returns: a clause that goes on after the file's name; `nil` if nothing is against it.
    func problem(of path: String) -> String? {
        var chain = FileAccess.folders(above: path) + [path]
        // Where a link leads counts as well as where it lies.
        if let real = Self.resolved(path), real != path { chain += FileAccess.folders(above: real) + [real] }
        for item in chain {
            var status = stat()
            // What is not there, or out of reach, is another check's.
            guard stat(item, &status) == 0 else { continue }
            let isEnd = item == chain.last || item == path
            let isSticky = !isEnd && status.st_mode & S_IFMT == S_IFDIR && status.st_mode & S_ISVTX != 0
            guard let who = who(may: status, isSticky: isSticky) else { continue }
            let place = item == path ? "it" : item
            let facts = FileAccess.modeAndOwner(item)
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            return "which \(who) may change: \(place) has \(facts); "
                + "allowed: root's, and writable by nobody else (chown root: \(item); chmod \(isFolder ? "755" : "go-w") \(item))"
        }
        return nil
    }

    private func who(may status: stat, isSticky: Bool) -> String? {
        if let owners, !owners.contains(status.st_uid) { return "user \(FileAccess.userName(status.st_uid))" }
        guard !isSticky else { return nil }
        if status.st_mode & 0o002 != 0 { return "everybody" }
        // Group root is root's own.
        if owners != nil, status.st_mode & 0o020 != 0, status.st_gid != 0 {
            return "group \(FileAccess.groupName(status.st_gid))"
        }
        return nil
    }

    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
