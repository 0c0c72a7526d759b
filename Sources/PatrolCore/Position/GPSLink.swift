/// The connection to gpsd and what comes over it, as a machine: when to connect, when to give up on a connection, and
/// when positions are lost and restored.
///
/// Its clock is its own. A receiver that was unplugged is announced by nobody: over a pty no message comes at all,
/// while other messages may keep coming; only the time since the last report tells.
public struct GPSLink: Hashable, Sendable {
    /// The deadlines.
    public struct Settings: Hashable, Sendable {
        /// How long there may be no usable fix before positions count as lost.
        public var lostAfter: Duration = .seconds(5)
        /// How long gpsd may be silent altogether before the connection is taken for dead: one that was accepted and
        /// then says nothing looks like this, and so does a gpsd whose host lost its power.
        public var silence: Duration = .seconds(10)
        /// How long an attempt to connect may take.
        public var connecting: Duration = .seconds(3)
        /// The pause before the first attempt after a failure; it grows by itself with each further one.
        public var shortestRetry: Duration = .seconds(1)
        /// The longest pause: gpsd's return is noticed within it.
        public var longestRetry: Duration = .seconds(3)

        /// The defaults.
        public init() {}
    }

    /// What happened.
    public enum Input: Hashable, Sendable {
        /// The daemon starts.
        case start
        /// The connection stands.
        case opened
        /// It could not be made.
        case openFailed(reason: String)
        /// gpsd sent a position report, with a usable fix (2D or better, with a position) or without.
        case report(usable: Bool)
        /// gpsd sent something else.
        case message
        /// The connection ended.
        case closed(reason: String)
        /// The time is ``GPSLink/wakeAt`` or later.
        case wakeUp
    }

    /// What to do about it.
    public enum Action: Hashable, Sendable {
        /// Begin to connect.
        case open
        /// Drop the connection, or the attempt.
        case close
        /// Positions are lost; told once.
        case lost(GPSLossReason)
        /// A usable fix came: the first one since the start, or since a loss. `after` counts from the last usable one.
        case restored(after: Duration)
        /// ``GPSLink/state`` has changed.
        case stateChanged(GPSLinkState)
    }

    private let settings: Settings
    private var connection: Connection = .idle
    private var supply: Supply = .notStarted
    private var failures = 0

    /// How it stands, for health and status.
    public private(set) var state: GPSLinkState = .connecting

    private enum Connection: Hashable {
        /// Not started.
        case idle
        /// An attempt is under way, and given up at `until`.
        case connecting(until: Instant)
        /// The next attempt comes at `until`; `reason` is why gpsd cannot be reached, `nil` if it was only silent.
        case waiting(until: Instant, reason: String?)
        /// It stands; `heard` is when gpsd last said anything.
        case open(heard: Instant, report: Report?)
    }

    /// The last position report of the present connection.
    private struct Report: Hashable {
        var at: Instant
        var isUsable: Bool
    }

    private enum Supply: Hashable {
        /// Before the start.
        case notStarted
        /// Usable fixes come; the last one came at `last`.
        case present(last: Instant)
        /// None comes; `since` is when the last one came, or the start.
        case missing(since: Instant, isTold: Bool)
    }

    /// - Parameter settings: the deadlines.
    public init(settings: Settings = Settings()) {
        self.settings = settings
    }

    /// When to call with ``Input/wakeUp``; always one instant at most, and after each input one that lies ahead.
    public var wakeAt: Instant? {
        [connectionDeadline, lossDeadline, reportDeadline].compactMap { $0 }.min()
    }

    /// Whether a report can come: only then does one count.
    var isOpen: Bool { if case .open = connection { true } else { false } }

    private var connectionDeadline: Instant? {
        switch connection {
        case .idle: nil
        case .connecting(let until), .waiting(let until, _): until
        case .open(let heard, _): heard + settings.silence
        }
    }

    private var lossDeadline: Instant? {
        switch supply {
        case .notStarted, .missing(_, isTold: true): nil
        case .present(let since), .missing(let since, isTold: false): since + settings.lostAfter
        }
    }

    /// When the last report is too old to tell the state by.
    private var reportDeadline: Instant? {
        guard case .open(_, let report?) = connection, state == .tracking || state == .noFix else { return nil }
        return report.at + settings.lostAfter
    }

    /// Something happened, or a deadline has come; every input looks at the deadlines too.
    public mutating func handle(_ input: Input, at now: Instant) -> [Action] {
        var actions = take(input, at: now)
        actions += meetConnectionDeadline(at: now)
        actions += meetLossDeadline(at: now)
        let newState = currentState(at: now)
        if newState != state {
            state = newState
            actions.append(.stateChanged(newState))
        }
        return actions
    }

    private mutating func take(_ input: Input, at now: Instant) -> [Action] {
        switch (input, connection) {
        case (.start, .idle):
            supply = .missing(since: now, isTold: false)
            return open(at: now)
        case (.opened, .connecting):
            connection = .open(heard: now, report: nil)
            return []
        case (.openFailed(let reason), .connecting), (.closed(let reason), .connecting), (.closed(let reason), .open):
            retry(after: reason, at: now)
            return []
        case (.message, .open(_, let report)):
            connection = .open(heard: now, report: report)
            return []
        case (.report(let isUsable), .open):
            failures = 0
            connection = .open(heard: now, report: Report(at: now, isUsable: isUsable))
            return isUsable ? usableFix(at: now) : []
        case (.wakeUp, _), (.start, _), (.opened, _), (.openFailed, _), (.message, _), (.report, _), (.closed, _):
            // A wake-up is answered below; the others come too late for the state that they meant.
            return []
        }
    }

    private mutating func usableFix(at now: Instant) -> [Action] {
        defer { supply = .present(last: now) }
        guard case .missing(let since, _) = supply else { return [] }
        return [.restored(after: now - since)]
    }

    private mutating func meetConnectionDeadline(at now: Instant) -> [Action] {
        guard let deadline = connectionDeadline, now >= deadline else { return [] }
        switch connection {
        case .idle:
            return []
        case .waiting:
            return open(at: now)
        case .connecting:
            retry(after: "no answer within \(settings.connecting)", at: now)
            return [.close]
        case .open:
            retry(after: nil, at: now)
            return [.close]
        }
    }

    private mutating func meetLossDeadline(at now: Instant) -> [Action] {
        guard let deadline = lossDeadline, now >= deadline else { return [] }
        switch supply {
        case .present(let since), .missing(let since, _): supply = .missing(since: since, isTold: true)
        case .notStarted: return []
        }
        return [.lost(lossReason(at: now))]
    }

    private func lossReason(at now: Instant) -> GPSLossReason {
        switch currentState(at: now) {
        case .connecting, .unreachable: .gpsdUnreachable
        case .silent: .noReports
        case .noFix, .tracking: .noFix
        }
    }

    private func currentState(at now: Instant) -> GPSLinkState {
        switch connection {
        case .idle, .connecting:
            // An attempt after a failure is no news until it succeeds.
            return state
        case .waiting(_, let reason):
            return reason.map { .unreachable(reason: $0) } ?? .silent
        case .open(_, let report):
            guard let report, isFresh(report, at: now) else { return .silent }
            return report.isUsable ? .tracking : .noFix
        }
    }

    private func isFresh(_ report: Report, at now: Instant) -> Bool {
        now < report.at + settings.lostAfter
    }

    private mutating func open(at now: Instant) -> [Action] {
        connection = .connecting(until: now + settings.connecting)
        return [.open]
    }

    /// | failures in a row | 1 | 2 | 3 and more |
    /// | --- | --- | --- | --- |
    /// | pause | 1 s | 2 s | 3 s |
    ///
    /// Only a report begins the count anew: one who accepts and then says nothing has not succeeded.
    private mutating func retry(after reason: String?, at now: Instant) {
        failures = min(failures + 1, 1000)
        let pause = min(settings.longestRetry, settings.shortestRetry * failures)
        connection = .waiting(until: now + pause, reason: reason)
    }
}

/// How it stands with gpsd and the receiver.
public enum GPSLinkState: Hashable, Sendable, CustomStringConvertible {
    /// The first attempt to reach gpsd is under way.
    case connecting
    /// gpsd cannot be reached; further attempts follow.
    case unreachable(reason: String)
    /// gpsd accepts connections, but no position report comes: no receiver, a silent one, or a gpsd that hangs.
    case silent
    /// The receiver reports, but has no fix.
    case noFix
    /// There are usable fixes.
    case tracking

    /// In words.
    public var description: String {
        switch self {
        case .connecting: "connecting to gpsd"
        case .unreachable(let reason): "gpsd unreachable: \(reason)"
        case .silent: "connected to gpsd, but no reports come"
        case .noFix: "the receiver has no fix"
        case .tracking: "tracking"
        }
    }
}
