import Glibc
public import Logging
public import PatrolCore

/// Writes log lines to standard error: `notice: upload held: reason="401" destination="station"`.
///
/// Under systemd each line carries its priority in the form of sd-daemon(3), `<5>`, and no time, because the system's
/// log has its own. Elsewhere it begins with UTC as the system believes it.
public struct ServiceLogHandler: LogHandler {
    /// Lines below it are not written.
    public var logLevel: Logger.Level
    /// Data that goes with every line.
    public var metadata: Logger.Metadata = [:]
    /// Data that depends on the caller.
    public var metadataProvider: Logger.MetadataProvider?

    private let underSystemd: Bool
    private let systemTime: @Sendable () -> WallTime

    /// Whether standard error goes to the system's log: systemd.exec(5) sets `$JOURNAL_STREAM` then.
    public static var isUnderSystemd: Bool { getenv("JOURNAL_STREAM") != nil }

    /// - Parameters:
    ///   - level: lines below it are not written.
    ///   - underSystemd: whether standard error goes to the system's log (`$JOURNAL_STREAM` is set).
    ///   - systemTime: for the lines elsewhere.
    public init(level: Logger.Level, underSystemd: Bool, systemTime: @escaping @Sendable () -> WallTime) {
        logLevel = level
        self.underSystemd = underSystemd
        self.systemTime = systemTime
    }

    /// One value of ``metadata``.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line.
    public func log(event: LogEvent) {
        var values = metadata
        if let provided = metadataProvider?.get() { values.merge(provided) { $1 } }
        if let own = event.metadata { values.merge(own) { $1 } }
        let data = values.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }.joined()
        let prefix = underSystemd ? "<\(Self.priority(event.level))>" : "\(systemTime()) "
        let line = "\(prefix)\(event.level): \(VisibleText.of("\(event.message)"))\(data.isEmpty ? "" : ":" + data)\n"
        // One write(2) for a line, so that lines of several threads do not mix; a log that cannot be written is lost.
        _ = Array(line.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// Values that come from outside stay on their line.
    private static func quoted(_ value: String) -> String {
        let isPlain =
            !value.isEmpty
            && value.unicodeScalars.allSatisfy {
                $0.value > 0x20 && $0 != "\"" && $0 != "=" && !VisibleText.isHidden($0)
            }
        return isPlain ? value : "\"" + VisibleText.of(value.replacing("\"", with: "'")) + "\""
    }

    /// syslog(3)'s priorities.
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
