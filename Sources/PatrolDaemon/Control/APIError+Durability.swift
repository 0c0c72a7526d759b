import PatrolAPI

extension APIError {
    /// What was ordered is not on disk.
    /// - Parameters:
    ///   - what: what was ordered, as the first words of a sentence.
    ///   - isInForce: whether it has an effect all the same, until the power is cut.
    static func notDurable(_ what: String, _ durability: Durability, isInForce: Bool = false) -> APIError {
        let message =
            switch durability {
            case .durable: "\(what) is on disk"
            case .waiting(let reason):
                "\(what) \(isInForce ? "is in force but " : "is ")not on disk; it is kept in memory and tried again, but a "
                    + "power cut before would undo it: \(reason)"
            case .lost(let reason):
                isInForce ? "\(what) is in force but was NOT recorded: \(reason)" : "\(what) was NOT taken: \(reason)"
            }
        return APIError(code: "not_durable", message: message, hint: "patrolctl health says how the disk does")
    }
}
