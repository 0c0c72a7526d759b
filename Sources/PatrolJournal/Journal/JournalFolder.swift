import Glibc
import PatrolSQLite
import PatrolSystem

/// The folder of the journal.
enum JournalFolder {
    /// Makes the folder if it is missing, and checks that files can be made in it.
    ///
    /// Only the last part of the path is made: a missing parent is more likely a card that is not mounted, and the records
    /// would go to the wrong one.
    static func prepare(_ folder: String) throws(JournalError) {
        if mkdir(folder, 0o750) == 0 {
            try sync(folder + "/..")
        } else if errno != EEXIST {
            throw failure(folder, "the folder cannot be made", errno)
        }
        // access(2) with the real user id, which for a service is the effective one too.
        guard access(folder + "/.", W_OK | X_OK) == 0 else {
            throw failure(folder, errno == ENOTDIR ? "is not a folder" : "the folder cannot be written", errno)
        }
    }

    /// "Calling fsync() does not necessarily ensure that the entry in the directory containing the file has also reached
    /// disk" (fsync(2)): without this a power cut may take a new folder with everything in it, or undo a rename.
    static func sync(_ folder: String) throws(JournalError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(folder, "the folder cannot be opened", errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(folder, "the folder cannot be synchronised", errno) }
    }

    /// As ``sync(_:)``, for a file's content.
    static func syncFile(_ path: String) throws(JournalError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, "cannot be opened", errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(path, "cannot be synchronised", errno) }
    }

    private static func failure(_ folder: String, _ reason: String, _ code: Int32) -> JournalError {
        JournalError(.folder, path: folder, reason: "\(reason): \(SystemError.text(code))")
    }
}
