/// How many marks a user may make: a program that has run wild is not to fill the journal. Administrators may make any.
struct MarkLimit: Sendable {
    private static let burst = 20
    private static let interval: Duration = .seconds(3)

    private var limit = RateLimit<UInt32?>(interval: interval, burst: burst)

    /// - Returns: `nil` if it may be made, which is counted.
    mutating func refusal(of origin: CommandOrigin, at now: Instant) -> CommandRefusal? {
        var user: UInt32?
        switch origin {
        case .process(let process):
            if process.isAdministrator { return nil }
            user = process.uid
        case .station: return nil
        case .unknown: break
        }
        return limit.take(user, at: now).map {
            .tooManyMarks(wait: $0, burst: Self.burst, interval: Self.interval)
        }
    }
}
