import PatrolSQLite

/// Why a collector cannot start or had to end: one sentence that names the thing.
public struct CollectorError: Error, Hashable, CustomStringConvertible {
    /// The sentence.
    public let description: String

    /// - Parameter description: one sentence that names the thing, without a full stop.
    public init(_ description: String) {
        self.description = description
    }

    /// Says why a store cannot be opened, without the text of a statement.
    init(store path: String, _ error: any Error) {
        self.init("the store \(path) cannot be used: \((error as? SQLiteError)?.reason ?? "\(error)")")
    }
}
