/// The warning light and the moments at which it is looked at: once a minute, while something else wakes the daemon anyway.
struct LightUpkeep: Sendable {
    static let interval = Duration.seconds(60)

    private(set) var light: Light
    private var lookedAt: Instant

    init(pattern: LightSetting, at now: Instant) {
        light = Light(pattern: pattern)
        lookedAt = now
    }

    mutating func handle(_ input: Light.Input, at now: Instant) -> [Light.Action] {
        light.handle(input, at: now)
    }

    /// Somebody is awake.
    mutating func pass(at now: Instant) -> [Light.Action] {
        guard now - lookedAt >= Self.interval else { return [] }
        lookedAt = now
        return light.handle(.verifyDue, at: now)
    }
}
