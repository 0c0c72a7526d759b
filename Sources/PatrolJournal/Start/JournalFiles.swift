import Glibc
import PatrolSQLite
import PatrolSystem

/// The files of a journal in its folder, and those that were set aside.
///
/// A database is set aside as `journal.sqlite.aside-0001` with its log beside it, so that SQLite can open it there; what a
/// repair took out of one as `journal.damaged-0001`. Nothing is overwritten; of each kind the newest are kept.
struct JournalFiles {
    /// Whole databases that are kept.
    static let maximumAside = 5
    /// Files with damaged rows that are kept.
    static let maximumDamaged = 20

    let folder: String

    var database: String { folder + "/journal.sqlite" }
    /// A database that takes the place of the present one when it is complete.
    var rebuilt: String { folder + "/journal.rebuilt.sqlite" }

    private static let databaseName = "journal.sqlite"
    private static let asidePrefix = "journal.sqlite.aside-"
    private static let damagedPrefix = "journal.damaged-"
    private static let suffixes = ["", "-wal", "-shm", "-journal"]

    /// Whether there is a log, and no database that it could belong to.
    var isLogOrphaned: Bool { size(database) == 0 && hasLog }
    /// Whether there is a log with something in it.
    var hasLog: Bool { size(log) > 0 && !isLogEmptied }
    /// Whether there is no journal at all.
    var isEmpty: Bool { size(database) == 0 && !hasLog }

    private var log: String { database + "-wal" }

    private var isLogEmptied: Bool {
        do {
            return try WriteAheadLog.isEmptied(log)
        } catch {
            // What cannot be read may hold anything.
            return false
        }
    }

    private func size(_ path: String) -> Int {
        var information = stat()
        return stat(path, &information) == 0 ? Int(information.st_size) : 0
    }

    /// Renames the database with everything that belongs to it.
    /// - Returns: its name in the folder; `nil` if there was nothing.
    func setAside() throws(JournalError) -> String? {
        guard !isEmpty else { return nil }
        let name = Self.asidePrefix + nextNumber(Self.asidePrefix)
        for suffix in Self.suffixes {
            let path = database + suffix
            // An emptied log belongs to no database: the next one goes on with its room.
            guard access(path, F_OK) == 0, path != log || !isLogEmptied else { continue }
            guard rename(path, folder + "/" + name + suffix) == 0 else { throw failure(path, "cannot be set aside") }
        }
        try JournalFolder.sync(folder)
        prune(Self.asidePrefix, keeping: Self.maximumAside)
        return name
    }

    /// Lets the rebuilt database take the place of the one that was set aside.
    func installRebuilt() throws(JournalError) {
        guard rename(rebuilt, database) == 0 else { throw failure(rebuilt, "cannot take its place") }
        try JournalFolder.sync(folder)
    }

    /// Removes what a start that was cut short left behind.
    func removeRebuilt() {
        for suffix in Self.suffixes { unlink(rebuilt + suffix) }
    }

    /// Keeps what a repair takes out of the database.
    /// - Returns: the name in the folder; `nil` if it could not be kept, which a repair does not wait for.
    func keepDamaged(_ text: String) -> String? {
        let name = Self.damagedPrefix + nextNumber(Self.damagedPrefix)
        let descriptor = open(folder + "/" + name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { return nil }
            bytes = bytes.dropFirst(written)
        }
        guard fsync(descriptor) == 0 else { return nil }
        prune(Self.damagedPrefix, keeping: Self.maximumDamaged)
        return name
    }

    // MARK: - Names

    /// Four digits at least, more than any that is there: so the names sort by age.
    private func nextNumber(_ prefix: String) -> String {
        let digits = String((numbers(prefix).last ?? 0) + 1)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    private func numbers(_ prefix: String) -> [Int] {
        Set(
            names().compactMap { name in
                name.hasPrefix(prefix) ? Int(name.dropFirst(prefix.count).prefix { $0.isNumber }) : nil
            }
        )
        .sorted()
    }

    private func prune(_ prefix: String, keeping count: Int) {
        for number in numbers(prefix).dropLast(count) {
            for name in names() where name.hasPrefix(prefix) {
                if Int(name.dropFirst(prefix.count).prefix(while: \.isNumber)) == number { unlink(folder + "/" + name) }
            }
        }
    }

    func names() -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
            )
        }
        return names
    }

    private func failure(_ path: String, _ reason: String) -> JournalError {
        JournalError(.storage, path: path, reason: "\(reason): \(SystemError.text(errno))")
    }
}
