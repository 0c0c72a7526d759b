import Logging
import PatrolSystem

/// The files that a collector is given.
enum CollectorFile {
    /// A line for each of ten thousand vehicles.
    static let maximumBytes = 1024 * 1024
}

/// What a file with secrets says, read again when the file changes.
///
/// A change that cannot be used leaves the last good one in force and says so once.
actor FollowedFile<Value: Sendable> {
    private let path: String
    private let parse: @Sendable (String, String) throws(FileError) -> Value
    private let logger: Logger
    private var value: Value
    private var text: String
    /// The file as it was when it was looked into last; `nil` if it must be looked into again.
    private var stamp: FileStamp?
    /// Why the file as it is now cannot be used; `nil` if it is in force.
    private(set) var problem: String?

    /// - Parameter parse: turns the file's text into a value; its second argument is the path, for errors.
    init(
        path: String,
        logger: Logger,
        parse: @escaping @Sendable (String, String) throws(FileError) -> Value
    ) throws(FileError) {
        self.path = path
        self.parse = parse
        self.logger = logger
        let read = try SmallFile.text(of: path, for: .ownerAndGroup, maximumBytes: CollectorFile.maximumBytes)
        text = read.text
        value = try parse(text, path)
        stamp = read.stamp.isSettled ? read.stamp : nil
    }

    /// What the file says now. Costs one stat(2) while nothing changes.
    func current() -> Value {
        let now = FileStamp(path: path)
        if let stamp, now == stamp { return value }
        stamp = now?.isSettled == true ? now : nil
        do {
            let read = try SmallFile.text(of: path, for: .ownerAndGroup, maximumBytes: CollectorFile.maximumBytes)
            if read.text != text {
                value = try parse(read.text, path)
                text = read.text
                logger.notice("read a file with secrets again", metadata: ["path": "\(path)"])
            }
            problem = nil
        } catch {
            if problem != "\(error)" {
                logger.error(
                    "a changed file with secrets cannot be used, the last good one stays in force",
                    metadata: ["reason": "\(error)"]
                )
            }
            problem = "\(error)"
        }
        return value
    }
}
