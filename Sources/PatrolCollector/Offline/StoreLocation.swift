import Glibc
import PatrolSQLite
import PatrolSystem

/// Where a store's file lies, and how files are put in their place.
enum StoreLocation {
    static let fileName = "collector.sqlite"

    /// The file of a store's folder; a file is what it is.
    static func file(_ path: String) -> String { isFolder(path) ? "\(path)/\(fileName)" : path }

    static func isFolder(_ path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func size(_ path: String) -> Int {
        var information = stat()
        return stat(path, &information) == 0 ? Int(information.st_size) : 0
    }

    /// A store of this version, or of an earlier one that a collector has opened with this one.
    static func check(_ database: Database) throws {
        try database.checkSchema(StoreSchema.migrations, applicationID: StoreSchema.applicationID)
        let version = try database.userVersion()
        guard version == StoreSchema.migrations.last?.version else {
            throw CollectorError(
                version == 0
                    ? "it holds nothing" : "it is of version \(version): a collector of this version must open it first"
            )
        }
    }

    static func rename(_ old: String, _ new: String) throws(CollectorError) {
        guard Glibc.rename(old, new) == 0 else {
            throw CollectorError("\(old) cannot be renamed to \(new): \(SystemError.text(errno))")
        }
    }

    /// Brings a file, or a folder's entries, to the disk.
    static func synchronise(_ path: String) throws(CollectorError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CollectorError("\(path) cannot be opened: \(SystemError.text(errno))") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw CollectorError("\(path) cannot be synchronised: \(SystemError.text(errno))")
        }
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    // MARK: Setting aside

    /// So many are kept, the newest.
    static let keptAside = 5

    /// Moves a store's file and its log out of the way.
    /// - Returns: where the file is now.
    static func setAside(_ file: String) throws(CollectorError) -> String {
        let taken = (1...9999).filter { exists("\(file).aside-\($0)") }
        let name = "\(file).aside-\((taken.last ?? 0) + 1)"
        for suffix in ["-wal", ""] where exists(file + suffix) { try rename(file + suffix, name + suffix) }
        // Nobody's memory of the log that has gone.
        unlink("\(file)-shm")
        for old in taken.dropLast(keptAside - 1) {
            for suffix in ["-wal", "-shm", ""] { unlink("\(file).aside-\(old)\(suffix)") }
        }
        try synchronise(folder(of: file))
        return name
    }

    /// Undoes ``setAside(_:)``.
    static func putBack(_ aside: String, _ file: String) throws(CollectorError) {
        for suffix in ["-shm", "-wal", ""] { unlink(file + suffix) }
        for suffix in ["-wal", ""] where exists(aside + suffix) { try rename(aside + suffix, file + suffix) }
        try synchronise(folder(of: file))
    }
}
