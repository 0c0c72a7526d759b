/// Faults that a test bench asks for, so that a sender's recovery can be watched against the real receiver. None
/// without `--fault`.
public struct TestBenchFaults: Hashable, Sendable {
    /// How long an acknowledgement is held back after its records are stored durably.
    public var acknowledgementDelay: Duration
    /// The share of batches, in percent, that are answered with 503 before anything is stored.
    public var refusedPercent: Int

    /// No faults.
    public static let none = TestBenchFaults(acknowledgementDelay: .zero, refusedPercent: 0)

    /// See the properties.
    public init(acknowledgementDelay: Duration, refusedPercent: Int) {
        self.acknowledgementDelay = acknowledgementDelay
        self.refusedPercent = refusedPercent
    }

    /// Adds what one `--fault` says: `delay-acknowledgement=SECONDS` (0 to 3600) or `refuse=PERCENT` (0 to 100).
    /// - Returns: `false` if the text is neither.
    public mutating func add(_ text: String) -> Bool {
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { return false }
        switch parts[0] {
        case "delay-acknowledgement":
            guard let seconds = Double(parts[1]), (0...3600).contains(seconds) else { return false }
            acknowledgementDelay = .seconds(seconds)
        case "refuse":
            guard let percent = Int(parts[1]), (0...100).contains(percent) else { return false }
            refusedPercent = percent
        default:
            return false
        }
        return true
    }
}
