import Glibc
import PatrolSQLite
import PatrolSystem

/// The folder that holds the store, and the lock that keeps a second collector out of it.
final class StoreFolder: Sendable {
    let databasePath: String
    private let lock: Int32

    /// Makes the folder if it is missing, and takes the lock.
    init(path: String) throws(CollectorError) {
        guard mkdir(path, 0o750) == 0 || errno == EEXIST else {
            throw CollectorError("the store's folder \(path) cannot be made: \(Self.systemError)")
        }
        let lockPath = "\(path)/lock"
        // A file of its own: closing any descriptor of a database file would drop SQLite's POSIX locks on it
        // (sqlite.org/howtocorrupt.html, section 2.2).
        lock = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard lock >= 0 else {
            throw CollectorError("the store's folder \(path) cannot be written: \(Self.systemError)")
        }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            let isTaken = errno == EWOULDBLOCK
            let reason = Self.systemError
            close(lock)
            throw CollectorError(
                isTaken
                    ? "the store \(path) is in use by another collector"
                    : "the store's lock \(lockPath) cannot be taken: \(reason)"
            )
        }
        databasePath = "\(path)/collector.sqlite"
    }

    deinit {
        close(lock)
    }

    private static var systemError: String { SystemError.text(errno) }
}
