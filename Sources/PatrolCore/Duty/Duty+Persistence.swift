extension Duty {
    private enum Key {
        static let kind = "kind"
        static let officer = "officer"
        static let boot = "boot"
        static let startedAt = "started_boot_ms"
        static let startTime = "started_utc_ms"
    }

    /// As it is kept over a restart, for a table of keys and values.
    /// - Parameter boot: the kernel's name for the present boot. Of a duty of an earlier one only UTC is kept.
    public func persisted(boot: String) -> [String: DetailValue] {
        var values: [String: DetailValue] = [Key.kind: .string(kind.rawValue)]
        if let officer { values[Key.officer] = .string(officer.description) }
        if let startTime { values[Key.startTime] = .integer(startTime.millisecondsSince1970) }
        if case .thisBoot(let instant) = start {
            values[Key.boot] = .string(boot)
            values[Key.startedAt] = .integer(instant.millisecondsSinceBoot)
        }
        return values
    }

    /// What was kept; the instant in whole milliseconds.
    /// - Parameters:
    ///   - values: as ``persisted(boot:)`` gave them; members that are not known are ignored.
    ///   - boot: the kernel's name for the present boot.
    /// - Returns: `nil` if it is no duty: without a kind that is known, or with a member that cannot be.
    public init?(persisted values: [String: DetailValue], boot: String) {
        guard case .string(let name) = values[Key.kind], let kind = DutyKind(rawValue: name) else { return nil }
        self.init(kind: kind, officer: nil, start: .earlierBoot, startTime: nil)
        switch values[Key.officer] {
        case nil: break
        case .string(let text):
            guard let officer = OfficerID(text) else { return nil }
            self.officer = officer
        default: return nil
        }
        switch values[Key.startTime] {
        case nil: break
        case .integer(let milliseconds): startTime = WallTime(millisecondsSince1970: milliseconds)
        default: return nil
        }
        switch (values[Key.boot], values[Key.startedAt]) {
        case (nil, nil): break
        case (.string(let kept), .integer(let milliseconds)) where milliseconds >= 0:
            if kept == boot { start = .thisBoot(Instant(millisecondsSinceBoot: milliseconds)) }
        default: return nil
        }
    }
}
