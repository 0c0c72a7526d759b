/// Something that must outlive a restart and is not a record: it has one value, and only the newest one counts.
///
/// It is written in the same transaction as the event that tells of it, so that the two never contradict each other.
public struct KeptState: Hashable, Sendable {
    /// Whose state it is, for example `duty`.
    public var name: String
    /// The value; `nil` forgets it.
    public var details: [String: DetailValue]?

    /// See the properties.
    public init(name: String, details: [String: DetailValue]?) {
        self.name = name
        self.details = details
    }
}
