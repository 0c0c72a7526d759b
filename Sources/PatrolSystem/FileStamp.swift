import Glibc

/// What tells one state of a file from another without reading it.
///
/// inode(7): the change time moves with every write and every change of mode or owner, and no program can set it;
/// the inode catches a file that was put in another's place.
public struct FileStamp: Hashable, Sendable {
    private let device: UInt
    private let inode: UInt
    private let changedSeconds: Int
    private let changedNanoseconds: Int

    init(_ status: stat) {
        device = status.st_dev
        inode = status.st_ino
        changedSeconds = status.st_ctim.tv_sec
        changedNanoseconds = status.st_ctim.tv_nsec
    }

    /// Whether a further change would show.
    ///
    /// A file system takes its times from a clock that ticks every few milliseconds: what changes twice within a tick
    /// looks as if it had changed once.
    public var isSettled: Bool {
        SystemClock.nanosecondsSince1970() / 1_000_000_000 - Int64(changedSeconds) > 1
    }

    /// `nil` if the file cannot be looked at.
    public init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }
}
