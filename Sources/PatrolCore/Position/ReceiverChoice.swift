/// Which of gpsd's receivers is the cart's: two of them mixed are a track that leaps to and fro between their errors, and
/// a clock with two delays.
///
/// | `[gps] device` | whose reports count |
/// | --- | --- |
/// | set | that device's, whatever else there is |
/// | not set | those of the first one with a fix, until it has been without one for the set time; then of the next one with a fix |
/// | not set, and none has had a fix | all: that there is no fix is true of each |
public struct ReceiverChoice: Hashable, Sendable {
    /// How many devices are kept in mind; gpsd itself serves 4 or 8.
    public static let mostDevices = 8

    /// How it stands, for people.
    public struct Report: Hashable, Sendable {
        /// The device whose reports count; `nil` before the first one.
        public var used: String?
        /// Those that report as well, and are not used; in alphabetical order.
        public var others: [String]
        /// The configured device, if gpsd does not have it, with those that it has; `nil` otherwise.
        public var missing: Missing?

        /// See the properties.
        public init(used: String? = nil, others: [String] = [], missing: Missing? = nil) {
            self.used = used
            self.others = others
            self.missing = missing
        }
    }

    /// A device that gpsd does not have.
    public struct Missing: Hashable, Sendable {
        /// The configured one.
        public var device: String
        /// Those that gpsd has, in alphabetical order.
        public var available: [String]

        /// See the properties.
        public init(device: String, available: [String]) {
            self.device = device
            self.available = available
        }
    }

    private let configured: String?
    private let keptFor: Duration
    private var kept: Kept?
    /// When each device reported last.
    private var heard: [String: Instant] = [:]
    /// `nil` before gpsd has said what it has.
    private var listed: [String]?

    /// The receiver that is used for as long as it has fixes.
    private struct Kept: Hashable {
        var device: String
        var lastFix: Instant
    }

    /// - Parameters:
    ///   - device: the one to use, as gpsd names it; `nil` for the first one with a fix.
    ///   - keptFor: how long it may be without a fix before another one is used, and how long one that is silent is told.
    public init(device: String?, keptFor: Duration) {
        configured = device
        self.keptFor = keptFor
    }

    /// A device sent a position report.
    /// - Parameters:
    ///   - device: as gpsd names it; empty if it does not say.
    ///   - isUsable: whether it has a fix with a position.
    ///   - now: when it was read.
    /// - Returns: whether it counts.
    public mutating func takes(_ device: String, isUsable: Bool, at now: Instant) -> Bool {
        pass(at: now)
        if heard[device] != nil || heard.count < Self.mostDevices { heard[device] = now }
        if let configured { return device == configured }
        guard let kept else {
            if isUsable { self.kept = Kept(device: device, lastFix: now) }
            return true
        }
        guard kept.device != device else {
            if isUsable { self.kept?.lastFix = now }
            return true
        }
        guard isUsable, now - kept.lastFix > keptFor else { return false }
        self.kept = Kept(device: device, lastFix: now)
        return true
    }

    /// gpsd said which devices it has.
    public mutating func listed(_ devices: [String]) {
        listed = Array(Set(devices)).sorted()
    }

    /// Nothing is known of gpsd's devices any more. The one that was used is still preferred.
    public mutating func disconnected() {
        heard = [:]
        listed = nil
    }

    /// Time passes: whoever is silent is not told any more.
    public mutating func pass(at now: Instant) {
        heard = heard.filter { now - $0.value <= keptFor }
    }

    /// How it stands.
    public var report: Report {
        let used = configured.map { heard[$0] == nil ? nil : $0 } ?? kept?.device
        return Report(
            used: used == "" ? nil : used,
            others: kept == nil && configured == nil ? [] : heard.keys.filter { $0 != used && $0 != "" }.sorted(),
            missing: missing
        )
    }

    /// A device that reports is there, whatever the list said when gpsd was asked.
    private var missing: Missing? {
        guard let configured, let listed, !listed.contains(configured), heard[configured] == nil else { return nil }
        return Missing(device: configured, available: Array(Set(listed).union(heard.keys)).filter { $0 != "" }.sorted())
    }
}
