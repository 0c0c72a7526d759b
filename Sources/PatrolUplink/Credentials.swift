import PatrolSystem
import Synchronization

/// The files by which a receiver knows the cart, as they were when they were last used.
final class Credentials: Sendable {
    private let paths: [String]
    /// `nil` for a file that was not there.
    private let used = Mutex<[FileStamp?]?>(nil)

    init(_ settings: HTTPUplinkSettings) {
        paths = [
            settings.tokenFile, settings.certificateAuthorityFile, settings.clientCertificateFile,
            settings.clientKeyFile,
        ].compactMap(\.self)
    }

    /// They are read now. Blocks as the disk does.
    func use() {
        let now = paths.map(FileStamp.init(path:))
        used.withLock { $0 = now }
    }

    /// Whether any is another one than was used last. Blocks as the disk does.
    func haveChanged() -> Bool {
        let now = paths.map(FileStamp.init(path:))
        return used.withLock { $0 != nil && $0 != now }
    }
}
