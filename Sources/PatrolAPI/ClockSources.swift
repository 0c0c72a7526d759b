/// How the sources of the time stand: how late the receiver's reports are, and who contradicts whom.
public struct ClockSources: Codable, Hashable, Sendable {
    /// How long after its moment a report may be read: `[gps] report_delay`. Seconds.
    public var reportDelaySeconds: Double
    /// How late reports come, as NTP showed it last; `nil` if it never did.
    public var measuredDelay: MeasuredDelay?
    /// How late reports surely are at least, if that is more than `reportDelaySeconds`.
    public var excessiveDelaySeconds: Double?
    /// The receiver contradicts itself; `nil` while it does not.
    public var contradiction: Contradiction?
    /// By how many seconds NTP's time is ahead of the receiver's; `nil` unless they disagree.
    public var disagreementSeconds: Double?

    enum CodingKeys: String, CodingKey {
        case contradiction
        case reportDelaySeconds = "report_delay_s"
        case measuredDelay = "measured_delay"
        case excessiveDelaySeconds = "excessive_delay_s"
        case disagreementSeconds = "disagreement_s"
    }

    /// A report's delay, measured against NTP.
    public struct MeasuredDelay: Codable, Hashable, Sendable {
        /// Seconds; negative if the receiver is ahead of NTP.
        public var delaySeconds: Double
        /// NTP's own uncertainty, seconds.
        public var uncertaintySeconds: Double
        /// How old the measurement is, seconds.
        public var ageSeconds: Double

        enum CodingKeys: String, CodingKey {
            case delaySeconds = "delay_s"
            case uncertaintySeconds = "uncertainty_s"
            case ageSeconds = "age_s"
        }

        /// See the properties.
        public init(delaySeconds: Double, uncertaintySeconds: Double, ageSeconds: Double) {
            self.delaySeconds = delaySeconds
            self.uncertaintySeconds = uncertaintySeconds
            self.ageSeconds = ageSeconds
        }
    }

    /// Times of one receiver that cannot be true together.
    public struct Contradiction: Codable, Hashable, Sendable {
        /// How far the farthest of them is ahead of the one that counts, seconds.
        public var bySeconds: Double
        /// For how long, seconds.
        public var forSeconds: Double

        enum CodingKeys: String, CodingKey {
            case bySeconds = "by_s"
            case forSeconds = "for_s"
        }

        /// See the properties.
        public init(bySeconds: Double, forSeconds: Double) {
            self.bySeconds = bySeconds
            self.forSeconds = forSeconds
        }
    }

    /// See the properties.
    public init(
        reportDelaySeconds: Double,
        measuredDelay: MeasuredDelay? = nil,
        excessiveDelaySeconds: Double? = nil,
        contradiction: Contradiction? = nil,
        disagreementSeconds: Double? = nil
    ) {
        self.reportDelaySeconds = reportDelaySeconds
        self.measuredDelay = measuredDelay
        self.excessiveDelaySeconds = excessiveDelaySeconds
        self.contradiction = contradiction
        self.disagreementSeconds = disagreementSeconds
    }
}
