import PatrolCore

extension CartSnapshot {
    /// A cart that has just been started and knows nothing.
    static func unknown(at now: Instant) -> CartSnapshot {
        let settings = CartSettings(position: .init(buildDate: WallTime(millisecondsSince1970: 0)), bootID: "boot")
        return Cart(settings: settings, memory: CartMemory(), at: now).snapshot(at: now)
    }
}
