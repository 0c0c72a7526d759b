public import PatrolCore

extension SayAnswer {
    /// Takes in how the request ended.
    /// - Parameter conclusion: `nil` if the daemon stops before the end.
    public mutating func conclude(_ conclusion: SayConclusion?) {
        switch conclusion {
        case .finished: outcome = "finished"
        case .cut(let reason): (outcome, because, message) = ("cut", reason.code, reason.description)
        case .failed(let reason): (outcome, because, message) = ("failed", "failed", reason)
        case .skipped(let inhibitReason):
            (outcome, because, message) = ("skipped", inhibitReason.code, inhibitReason.description)
        case nil: message = "patrold stops; the record says how it ended"
        }
    }
}
