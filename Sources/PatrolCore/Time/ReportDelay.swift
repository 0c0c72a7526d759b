/// How long after its moment the receiver's reports are read, as a clock that NTP holds shows it.
public struct ReportDelay: Hashable, Sendable {
    /// The least delay of the last half minute; negative if the receiver is ahead of NTP.
    public var delay: Duration
    /// How wrong that may be: NTP's own uncertainty.
    public var uncertainty: Duration
    /// When both were last heard together.
    public var at: Instant

    /// See the properties.
    public init(delay: Duration, uncertainty: Duration, at: Instant) {
        self.delay = delay
        self.uncertainty = uncertainty
        self.at = at
    }

    /// What it surely is at least.
    public var atLeast: Duration { delay - uncertainty }
    /// What it surely is at most.
    public var atMost: Duration { delay + uncertainty }
}
