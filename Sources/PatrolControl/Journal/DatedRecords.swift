import PatrolAPI
import PatrolCore
import PatrolJournal
import PatrolWire

extension PositionJSON {
    /// A position with the time that the journal knows it by. One that cannot be true is left out: ``timeMark`` says why.
    init(_ dated: Dated<Position>) {
        self.init(dated.recorded, time: dated.effectiveTime, isCorrected: dated.isCorrected)
    }

    /// The cart's position of this moment, by the same rule: the receiver's time if it can be true, else the clock's.
    init(current position: Position, clock: WallClock) {
        self.init(position)
        let utcAtBoot = clock.wallTime(at: Instant(nanosecondsSinceBoot: 0))
        let known = KnownTime(own: position.believedTime, at: position.receivedAt, utcAtBoot: utcAtBoot)
        time = known?.time.description
        corrected = known?.isCorrected == true ? true : nil
    }
}

extension EventJSON {
    /// An event with the time that the journal knows it by.
    init(_ dated: Dated<StoredEvent>) {
        self.init(dated.recorded, time: dated.effectiveTime, isCorrected: dated.isCorrected)
    }
}

extension CurrentPosition {
    /// Where the cart is; `nil` before anybody knows.
    init?(_ cart: CartSnapshot) {
        guard let position = cart.position.latest else { return nil }
        let age = (cart.at - position.receivedAt).inSeconds
        self.init(
            ageSeconds: (age * 1000).rounded() / 1000,
            motion: cart.isMoving ? "moving" : "parked",
            position: PositionJSON(current: position, clock: cart.clock)
        )
    }
}

extension StreamItem {
    /// `nil` before anybody knows where the cart is.
    init?(positionOf cart: CartSnapshot) {
        guard let position = CurrentPosition(cart) else { return nil }
        self.init(position: position)
    }
}
