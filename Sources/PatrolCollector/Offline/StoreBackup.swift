import Glibc
public import PatrolCore
import PatrolSQLite
import PatrolSystem

/// Copies of a store: made while a collector runs, and put in a store's place while none does.
public enum StoreBackup {
    /// Copies a store as it is at one moment.
    /// - Parameters:
    ///   - store: its folder.
    ///   - target: a file that does not exist yet, or a folder, in which it is named after the time.
    ///   - now: the station's time.
    ///   - progress: pages left and pages in all.
    /// - Returns: the file.
    /// - Throws: one sentence; then there is no such file.
    public static func make(
        of store: String,
        at target: String,
        now: WallTime,
        progress: (Int, Int) -> Void
    ) throws(CollectorError) -> String {
        let source = StoreLocation.file(store)
        let stamp = now.description.filter { $0 != "-" && $0 != ":" }.prefix(15)
        let file = StoreLocation.isFolder(target) ? "\(target)/collector-\(stamp)Z.sqlite" : target
        guard !StoreLocation.exists(file) else { throw CollectorError("\(file) exists, and is not overwritten") }
        guard StoreLocation.exists(source) else { throw CollectorError("there is no store at \(source)") }
        let unfinished = "\(file).unfinished"
        unlink(unfinished)
        do throws(CollectorError) {
            try copy(source, to: unfinished, progress)
            try StoreLocation.synchronise(unfinished)
            // link(2) and not rename(2): it never replaces what has come there meanwhile.
            guard link(unfinished, file) == 0 else {
                throw CollectorError("\(file) cannot be made: \(SystemError.text(errno))")
            }
        } catch {
            unlink(unfinished)
            throw error
        }
        unlink(unfinished)
        try StoreLocation.synchronise(StoreLocation.folder(of: file))
        return file
    }

    /// Puts a backup in the place of a store.
    ///
    /// What the carts have sent since the backup is lacking then: the collector names it, and carts that still have it send
    /// it again.
    /// - Parameters:
    ///   - replacing: whether a store that is there is set aside, and a damaged backup is taken.
    /// - Returns: what the backup holds, and where the old store is now.
    public static func restore(
        _ backup: String,
        to store: String,
        replacing: Bool,
        progress: (Int, Int) -> Void
    ) throws(CollectorError) -> (verification: StoreVerification, aside: String?) {
        let verification = try StoreVerification(of: backup)
        guard verification.damaged == 0 || replacing else {
            return (verification, nil)
        }
        // Keeps any collector out.
        let folder = try StoreFolder(path: store)
        defer { withExtendedLifetime(folder) {} }
        let file = folder.databasePath
        guard !StoreLocation.exists(file) || replacing else {
            throw CollectorError("there is a store at \(file); --force sets it aside")
        }
        let unfinished = "\(file).unfinished"
        unlink(unfinished)
        do throws(CollectorError) {
            try copy(StoreLocation.file(backup), to: unfinished, progress)
            try StoreLocation.synchronise(unfinished)
            let aside = StoreLocation.exists(file) ? try StoreLocation.setAside(file) : nil
            unlink("\(file)-wal")
            try StoreLocation.rename(unfinished, file)
            try StoreLocation.synchronise(store)
            return (verification, aside)
        } catch {
            unlink(unfinished)
            throw error
        }
    }

    private static func copy(
        _ source: String,
        to target: String,
        _ progress: (Int, Int) -> Void
    ) throws(CollectorError) {
        do {
            let from = try Database(path: source, access: .readOnly, busyTimeout: .seconds(5))
            defer { from.close() }
            try StoreLocation.check(from)
            let to = try Database(path: target, access: .create)
            defer { to.close() }
            try from.copy(to: to, progress: progress)
        } catch {
            throw CollectorError(store: source, error)
        }
    }
}
