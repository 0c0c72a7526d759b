import PatrolSQLite

/// Why the journal cannot do what it was asked for: one clear message that names the file.
public struct JournalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The cases that somebody may want to tell apart.
    public enum Cause: Hashable, Sendable {
        /// The folder cannot be made, entered or written, or is no folder.
        case folder
        /// Another process, or another journal in this one, has the file open.
        case inUse
        /// The file is something else.
        case notAJournal
        /// A newer version of this program has written the file.
        case newerVersion
        /// The file system does not give what durability needs: a write-ahead log with full synchronisation.
        case unsafeSettings
        /// No space is left.
        case storageFull
        /// The file or its file system can only be read.
        case readOnly
        /// Any other failure of the storage.
        case storage
        /// The file's content contradicts itself.
        case damaged
        /// A record that the wire's block cannot carry.
        case unencodable
        /// An acknowledgement of a record that does not exist.
        case unknownSequence
        /// The journal has been closed.
        case closed
    }

    /// What kind of failure it is.
    public var cause: Cause
    /// The file or folder.
    public var path: String
    /// What happened, in one phrase.
    public var reason: String
    /// Whether the event that was to be recorded is gone. Otherwise it waits in memory for the next commit, unless the
    /// journal is closed.
    public var isEventLost = false

    /// See the properties.
    public init(_ cause: Cause, path: String, reason: String) {
        self.cause = cause
        self.path = path
        self.reason = reason
    }

    /// One clear sentence that names the file or folder.
    public var description: String { "journal \(path): \(reason)" }
}

extension JournalError {
    /// The same failure in the journal's words.
    init(_ error: SQLiteError) {
        let cause: Cause =
            switch error.kind {
            case .busy: .inUse
            case .full: .storageFull
            case .readOnly: .readOnly
            case .notADatabase: .notAJournal
            case .damaged: .damaged
            // The statements are fixed, so one that cannot be understood means tables that are not ours any more.
            case .other: error.code == 1 ? .damaged : .storage
            }
        let reason =
            switch error.kind {
            case .busy: "is in use by another process"
            case .notADatabase: "is not a journal: \(error.reason)"
            default:
                "\(error.reason), while doing: \(error.action.split(whereSeparator: \.isWhitespace).joined(separator: " "))"
            }
        self.init(cause, path: error.path, reason: reason)
    }

    init(_ error: SchemaError) {
        switch error {
        case .foreign(let path, let applicationID):
            self.init(
                .notAJournal,
                path: path,
                reason: "is not a journal: the database belongs to another program (application id \(applicationID))"
            )
        case .newer(let path, let found, let known):
            self.init(
                .newerVersion,
                path: path,
                reason: "has format \(found), written by a newer version of patrold; this one knows up to \(known)"
            )
        case .failed(let error):
            self.init(error)
        }
    }
}
