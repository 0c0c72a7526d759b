import Glibc

/// Tells systemd how the service is: the protocol of sd_notify(3), which is one datagram to `$NOTIFY_SOCKET`.
///
/// Without that variable every message is a no-op, so that programs run the same from a shell.
public struct ServiceNotification: Sendable {
    private let path: String?

    /// - Parameter notifySocket: the value of `$NOTIFY_SOCKET`; `nil` or empty where there is no service manager.
    public init(notifySocket: String?) {
        path = notifySocket.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Reads `$NOTIFY_SOCKET`.
    public static func fromEnvironment() -> ServiceNotification {
        ServiceNotification(notifySocket: getenv("NOTIFY_SOCKET").map { String(cString: $0) })
    }

    /// Start-up is finished; `Type=notify` waits for it.
    public func ready(status: String) {
        send("READY=1\nSTATUS=\(oneLine(status))")
    }

    /// One line for `systemctl status`.
    public func status(_ text: String) {
        send("STATUS=\(oneLine(text))")
    }

    /// A reload has begun; ``ready(status:)`` ends it.
    /// - Parameter microseconds: now by `CLOCK_MONOTONIC`, by which systemd orders reloads (sd_notify(3)).
    public func reloading(at microseconds: Int64, status: String) {
        send("RELOADING=1\nMONOTONIC_USEC=\(microseconds)\nSTATUS=\(oneLine(status))")
    }

    /// The service goes on: to be said within the time of ``WatchdogTime``.
    public func alive() {
        send("WATCHDOG=1")
    }

    /// The stop has begun.
    public func stopping(status: String) {
        send("STOPPING=1\nSTATUS=\(oneLine(status))")
    }

    /// sd_notify(3): assignments are separated by line ends, so a value must have none.
    private func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// A lost message must not stop the service: failures are ignored, as sd_notify's callers do.
    private func send(_ message: String) {
        guard let path, var address = Self.address(of: path) else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.utf8.count)
        let bytes = Array(message.utf8)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                // MSG_NOSIGNAL: a service manager that went away must not raise SIGPIPE.
                sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), address, length)
            }
        }
    }

    /// unix(7): a leading zero byte makes the name abstract, which `$NOTIFY_SOCKET` writes as `@`.
    private static func address(of path: String) -> sockaddr_un? {
        var name = Array(path.utf8)
        if name.first == UInt8(ascii: "@") { name[0] = 0 }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        return address
    }
}
