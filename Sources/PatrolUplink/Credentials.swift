import Glibc
import Synchronization

/// The files by which a receiver knows the cart, as they were when they were last used.
final class Credentials: Sendable {
    /// What changes when somebody changes a file; `nil` for one that is not there.
    private struct Stamp: Hashable {
        let file: UInt64
        let bytes: Int64
        let seconds: Int
        let nanoseconds: Int
    }

    private let paths: [String]
    private let used = Mutex<[Stamp?]?>(nil)

    init(_ settings: HTTPUplinkSettings) {
        paths = [
            settings.tokenFile, settings.certificateAuthorityFile, settings.clientCertificateFile,
            settings.clientKeyFile,
        ].compactMap(\.self)
    }

    /// They are read now. Blocks as the disk does.
    func use() {
        let now = paths.map(Self.stamp)
        used.withLock { $0 = now }
    }

    /// Whether any is another one than was used last. Blocks as the disk does.
    func haveChanged() -> Bool {
        let now = paths.map(Self.stamp)
        return used.withLock { $0 != nil && $0 != now }
    }

    private static func stamp(_ path: String) -> Stamp? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Stamp(
            file: UInt64(status.st_ino),
            bytes: Int64(status.st_size),
            seconds: status.st_ctim.tv_sec,
            nanoseconds: status.st_ctim.tv_nsec
        )
    }
}
