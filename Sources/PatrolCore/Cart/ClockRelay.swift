/// When the loudspeaker hears of the clock.
///
/// Asking all rules anew with each fix would be work for nothing. An older view of the clock is less certain by 100 ppm, so
/// it only makes the quiet hours wider, by 6 ms in a minute. It is told on when it learned something or may be what it
/// could not be before, and once a minute.
struct ClockRelay: Sendable {
    private static let interval = Duration.seconds(60)

    private var told: (clock: WallClock, at: Instant)?

    /// Whether the clock is to be told on.
    /// - Parameter isNews: whether it is trusted otherwise than before.
    mutating func passes(_ clock: WallClock, isNews: Bool, at now: Instant) -> Bool {
        if let told, !isNews, now - told.at < Self.interval, !clock.reachesBeyond(told.clock, at: now) { return false }
        told = (clock, now)
        return true
    }
}
