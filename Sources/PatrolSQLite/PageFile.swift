import CSQLite
import Glibc

/// A file that is read piece by piece, whatever is in it.
final class PageFile {
    let size: Int
    private let descriptor: Int32
    private let path: String

    /// - Returns: `nil` if there is no such file.
    init?(path: String) throws(SQLiteError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno != ENOENT else { return nil }
            throw Self.failure(path, "opening")
        }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else {
            let error = Self.failure(path, "looking at")
            close(descriptor)
            throw error
        }
        (self.descriptor, self.path, size) = (descriptor, path, Int(information.st_size))
    }

    deinit {
        close(descriptor)
    }

    /// - Returns: fewer bytes only where the file ends.
    func bytes(at offset: Int, count: Int) throws(SQLiteError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let read = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, count, off_t(offset)) }
        guard read >= 0 else { throw Self.failure(path, "reading") }
        if read < count { bytes.removeLast(count - read) }
        return bytes
    }

    private static func failure(_ path: String, _ action: String) -> SQLiteError {
        SQLiteError(
            code: SQLITE_IOERR,
            extendedCode: SQLITE_IOERR,
            systemError: errno,
            message: "disk I/O error",
            action: action,
            path: path
        )
    }
}
