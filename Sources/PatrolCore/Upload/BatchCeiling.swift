/// How much a receiver takes in one batch, learned from what it finds too large (413).
///
/// Measured in positions; an event counts as as many as its share of a full batch. A refusal quarters the limit; what is
/// accepted afterwards raises it from below, halfway to the smallest size that was refused, until the two are an eighth
/// apart. Then it stays, and only after a number of full batches one of the refused size is tried: where that is refused
/// again, the number doubles.
struct BatchCeiling: Hashable, Sendable {
    private let full: Int
    /// The size of the largest batch that may go, 1 or more.
    private(set) var limit: Int
    /// The largest size that was accepted since the ceiling was learned; 0 if none was.
    private var accepted = 0
    /// The smallest size that was refused, above `accepted`; `nil` while no ceiling is known.
    private var refused: Int?
    /// Full batches that were accepted at the limit as it is.
    private var fullBatches = 0
    /// So many of them lead to the next trial above the limit.
    private var batchesToProbe = Self.firstProbe
    /// The batch that goes next is such a trial.
    private var isProbing = false

    private static let firstProbe = 16
    private static let lastProbe = 16_384

    /// - Parameter full: the size of the largest batch that is ever sent, 1 or more.
    init(full: Int) {
        self.full = max(1, full)
        limit = self.full
    }

    /// A batch of this size was taken.
    mutating func accepted(_ size: Int) {
        guard refused != nil || limit < full, size >= limit else { return }
        accepted = max(accepted, size)
        if let known = refused, known <= accepted { refused = nil }
        guard let refused else {
            // More is taken than was refused before: the receiver has changed.
            limit = min(full, max(accepted, limit) * 2)
            (isProbing, fullBatches, batchesToProbe) = (false, 0, Self.firstProbe)
            return
        }
        let gap = refused - accepted
        if gap > max(1, accepted / 8) {
            limit = accepted + gap / 2
        } else {
            limit = accepted
            fullBatches += 1
            if fullBatches >= batchesToProbe { (limit, isProbing) = (refused, true) }
        }
    }

    /// A batch of this size, 2 or more, was found too large.
    mutating func refused(_ size: Int) {
        if isProbing, size >= limit {
            batchesToProbe = min(batchesToProbe * 2, Self.lastProbe)
        }
        (isProbing, fullBatches) = (false, 0)
        // What was taken before and is refused now says nothing any more.
        if size <= accepted { accepted = 0 }
        refused = size
        limit = accepted > 0 ? accepted : max(1, size / 4)
    }
}
