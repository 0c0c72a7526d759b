import CSQLite
import PatrolSystem

/// What SQLite, or the system call under it, refused.
public struct SQLiteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The primary result code, for example `SQLITE_BUSY` (5) or `SQLITE_FULL` (13).
    public var code: Int32
    /// The extended result code, for example `SQLITE_IOERR_FSYNC` (1034); equal to ``code`` where there is none.
    public var extendedCode: Int32
    /// The `errno` of the system call that failed; 0 if none did.
    public var systemError: Int32
    /// SQLite's own words.
    public var message: String
    /// What was being done, for example "opening" or the text of a statement; never a bound value.
    public var action: String
    /// The file of the database.
    public var path: String

    /// See the properties.
    public init(
        code: Int32,
        extendedCode: Int32,
        systemError: Int32,
        message: String,
        action: String,
        path: String
    ) {
        self.code = code
        self.extendedCode = extendedCode
        self.systemError = systemError
        self.message = message
        self.action = action
        self.path = path
    }

    /// What a program demands of SQLite and does not get.
    public static func refused(_ message: String, path: String) -> SQLiteError {
        SQLiteError(
            code: SQLITE_ERROR,
            extendedCode: SQLITE_ERROR,
            systemError: 0,
            message: message,
            action: "opening",
            path: path
        )
    }

    /// The last error of a connection. `connection` may be what a failed `sqlite3_open_v2` left behind.
    init(_ result: Int32, connection: OpaquePointer?, action: String, path: String) {
        // "The sqlite3_errmsg() … functions return text that describes the error"; for a null pointer it is "out of
        // memory" (SQLite, "Error Codes And Messages").
        self.init(
            code: result & 0xFF,
            extendedCode: result,
            systemError: Self.comesFromTheSystem(result & 0xFF) ? sqlite3_system_errno(connection) : 0,
            message: String(cString: sqlite3_errmsg(connection)),
            action: action,
            path: path
        )
    }

    /// "Attempt to return the underlying operating system error code … that caused the most recent I/O error or failure
    /// to open a file" (`sqlite3_system_errno`): for every other result it is left over from an earlier one.
    private static func comesFromTheSystem(_ code: Int32) -> Bool {
        code == SQLITE_IOERR || code == SQLITE_CANTOPEN
    }

    /// The kinds of failure that a program reacts to in different ways.
    public enum Kind: Hashable, Sendable {
        /// Another connection holds a lock that is needed.
        case busy
        /// No space is left.
        case full
        /// The file, its folder or its file system can only be read.
        case readOnly
        /// The file has no database in it.
        case notADatabase
        /// The file contradicts itself, or a column holds what it cannot hold.
        case damaged
        /// Everything else: see ``reason``.
        case other
    }

    /// What kind of failure it is.
    public var kind: Kind {
        switch code {
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_FULL: .full
        case SQLITE_READONLY: .readOnly
        case SQLITE_NOTADB: .notADatabase
        case SQLITE_CORRUPT, SQLITE_MISMATCH: .damaged
        default: .other
        }
    }

    /// Whether a column of a row holds what it cannot hold: nothing else of the file is in doubt.
    public var isMismatch: Bool { code == SQLITE_MISMATCH }

    /// The file, what was being done, and why it failed.
    public var description: String {
        "\(path): \(action): \(reason)"
    }

    /// Why, in one phrase: the system's word where a system call failed, otherwise SQLite's.
    public var reason: String {
        let codes = code == extendedCode ? "SQLite \(code)" : "SQLite \(code), extended \(extendedCode)"
        guard systemError != 0 else { return "\(message) (\(codes))" }
        return "\(SystemError.text(systemError)) (\(message); \(codes))"
    }
}
