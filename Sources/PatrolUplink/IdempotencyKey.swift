import PatrolCore
import PatrolWire

/// Names the records of a batch, so that a receiver can recognise a batch that it has seen already.
///
/// A quoted string, as draft-ietf-httpapi-idempotency-key-header has it: the journal and, for each lane with records,
/// the first and the last number. The same records give the same key, also after a restart of the daemon. What else is
/// in the batch, the newest position above all, may differ from attempt to attempt.
struct IdempotencyKey: CustomStringConvertible {
    let description: String

    init(_ batch: BatchContent) {
        var parts = [batch.journalID.description]
        if let events = batch.eventRange { parts.append("events=\(events.text)") }
        if let positions = batch.positionRange { parts.append("positions=\(positions.text)") }
        description = "\"" + parts.joined(separator: ";") + "\""
    }
}

extension ClosedRange<SequenceNumber> {
    fileprivate var text: String { "\(lowerBound.rawValue)-\(upperBound.rawValue)" }
}
