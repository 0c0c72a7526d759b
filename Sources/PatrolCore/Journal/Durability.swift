/// Whether what was recorded outlives a pulled plug.
public enum Durability: Hashable, Sendable {
    /// It is on disk.
    case durable
    /// It is kept in memory and written as soon as the disk takes it; the reason says why it was not so far.
    case waiting(reason: String)
    /// It is not kept.
    case lost(reason: String)
}
