/// What a cart is out for.
public enum DutyKind: String, CaseIterable, Sendable {
    /// The round through the villages.
    case patrol
    /// A call at somebody's door.
    case visit
    /// Guarding an event or a place.
    case security
    /// An emergency call.
    case callOut = "call-out"
}

/// The officer on duty, as the station numbers its people: 1 to 64 of `a`–`z`, `A`–`Z`, `0`–`9`, `.`, `_`, `-`.
public struct OfficerID: Hashable, Sendable, CustomStringConvertible {
    /// The identifier itself.
    public let description: String

    /// - Parameter text: `nil` comes of anything but the allowed characters in the allowed number.
    public init?(_ text: some StringProtocol) {
        let isAllowed = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isAllowed, (1...64).contains(text.utf8.count) else { return nil }
        description = String(text)
    }
}

/// A duty that runs, or ran.
public struct Duty: Hashable, Sendable {
    /// When it began.
    public enum Start: Hashable, Sendable {
        /// In the present boot.
        case thisBoot(Instant)
        /// In an earlier one: the daemon and the cart were off in between, and only UTC can tell for how long.
        case earlierBoot
    }

    /// What for.
    public var kind: DutyKind
    /// Who; `nil` if nobody said.
    public var officer: OfficerID?
    /// When it began, on the boot clock.
    public var start: Start
    /// When it began, in UTC; `nil` if the clock was not trusted then.
    public var startTime: WallTime?

    /// See the properties.
    public init(kind: DutyKind, officer: OfficerID?, start: Start, startTime: WallTime?) {
        self.kind = kind
        self.officer = officer
        self.start = start
        self.startTime = startTime
    }

    /// How long it has lasted.
    /// - Parameters:
    ///   - now: the present instant.
    ///   - time: the same in UTC, if the clock is trusted.
    /// - Returns: `nil` if neither clock can tell; never negative.
    public func elapsed(at now: Instant, time: WallTime?) -> Duration? {
        switch (start, startTime, time) {
        case (.thisBoot(let begin), _, _): max(.zero, now - begin)
        case (.earlierBoot, .some(let begin), .some(let time)): max(.zero, time - begin)
        case (.earlierBoot, _, _): nil
        }
    }
}

/// Why duty cannot be started or ended.
public enum DutyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One runs already.
    case running(Duty)
    /// None runs.
    case notRunning

    /// In words.
    public var description: String {
        switch self {
        case .running(let duty):
            "\(duty.kind.rawValue) duty runs already"
                + (duty.officer.map { ", of officer \($0)" } ?? "")
                + (duty.startTime.map { ", since \($0)" } ?? "")
        case .notRunning: "no duty runs"
        }
    }
}

/// Duty, signed on and off; one at a time.
public struct DutyMachine: Hashable, Sendable {
    private static let stateName = "duty"

    /// What runs; `nil` for nothing.
    public private(set) var current: Duty?

    /// - Parameter current: what ran when the daemon ended; see ``Duty/init(persisted:boot:)``.
    public init(current: Duty? = nil) {
        self.current = current
    }

    /// - Parameters:
    ///   - states: what was kept over the restart; see ``KeptState``.
    ///   - boot: the kernel's name for the present boot.
    public init(keptIn states: [String: [String: DetailValue]], boot: String) {
        current = states[Self.stateName].flatMap { Duty(persisted: $0, boot: boot) }
    }

    /// As it must outlive a restart.
    public func kept(boot: String) -> KeptState {
        KeptState(name: Self.stateName, details: current?.persisted(boot: boot))
    }

    /// Starts a duty.
    /// - Parameters:
    ///   - kind: what for.
    ///   - officer: who.
    ///   - now: the present instant.
    ///   - time: the same in UTC, if the clock is trusted.
    /// - Throws: ``DutyError/running(_:)``.
    @discardableResult
    public mutating func start(
        _ kind: DutyKind,
        officer: OfficerID?,
        at now: Instant,
        time: WallTime?
    ) throws(DutyError) -> Duty {
        if let current { throw .running(current) }
        let duty = Duty(kind: kind, officer: officer, start: .thisBoot(now), startTime: time)
        current = duty
        return duty
    }

    /// Ends the duty that runs.
    /// - Returns: the one that ran.
    /// - Throws: ``DutyError/notRunning``.
    @discardableResult
    public mutating func end() throws(DutyError) -> Duty {
        guard let current else { throw .notRunning }
        self.current = nil
        return current
    }
}
