import Glibc
import PatrolCore

/// How many starts have failed in a row, kept in the service's runtime folder, which `RuntimeDirectoryPreserve=restart`
/// lets outlive a restart and a stop takes away (systemd.exec(5)).
public struct FailedStarts: Sendable {
    private let path: String?

    /// - Parameter folder: the service's runtime folder; `nil` where there is none: then nothing is kept, and no start waits.
    public init(folder: String?) {
        path = folder.map { $0 + "/failed-starts" }
    }

    /// Reads `$RUNTIME_DIRECTORY`, the first one of it.
    public static func fromEnvironment() -> FailedStarts {
        let folders = getenv("RUNTIME_DIRECTORY").map { String(cString: $0) } ?? ""
        return FailedStarts(folder: folders.split(separator: ":").first.map { String($0) })
    }

    /// So many in a row before this one.
    public var count: Int {
        guard let path else { return 0 }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 16)
        let length = read(descriptor, &bytes, bytes.count)
        return length > 0 ? Int(String(decoding: bytes[..<length], as: UTF8.self)) ?? 0 : 0
    }

    /// The start succeeded, or somebody stops the service.
    public func clear() {
        if let path { unlink(path) }
    }

    /// This start failed. Blocks for a pause that grows from one to the next, and counts.
    ///
    /// A stop in the pause ends the process at once, and there is no count then: who mends the configuration and starts
    /// again has the answer at once.
    public func failed(reason: String, notification: ServiceNotification) {
        failed(reason: reason, notification: notification) { sleep(UInt32($0.components.seconds)) }
    }

    func failed(reason: String, notification: ServiceNotification, wait: (Duration) -> Void) {
        let failures = count
        clear()
        let pause = RestartPause.pause(afterFailures: failures)
        if pause > .zero {
            notification.status("cannot start, trying again in \(pause.components.seconds) s: \(reason)")
            wait(pause)
        }
        write(failures + 1)
    }

    /// A count that cannot be kept makes the next pause none: the service comes back all the same.
    private func write(_ count: Int) {
        guard let path else { return }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array("\(count)".utf8)
        _ = Glibc.write(descriptor, bytes, bytes.count)
    }
}
