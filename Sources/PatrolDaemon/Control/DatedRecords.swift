import PatrolCore
import PatrolJournal
import PatrolWire

extension PositionJSON {
    /// A position with the time that the journal knows it by; a time that cannot be true is shown where there is no other.
    init(_ dated: Dated<Position>) {
        self.init(
            dated.recorded,
            time: dated.effectiveTime ?? dated.recorded.record.time,
            isCorrected: dated.isCorrected
        )
    }
}

extension EventJSON {
    /// An event with the time that the journal knows it by.
    init(_ dated: Dated<StoredEvent>) {
        self.init(dated.recorded, time: dated.effectiveTime, isCorrected: dated.isCorrected)
    }
}
