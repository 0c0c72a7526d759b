extension Fix {
    /// How long after an earlier fix this one was taken; never negative.
    ///
    /// The receiver's times tell it best, because a report may wait in a queue and a log may be replayed faster than it
    /// was recorded. They are used if both fixes have one and the later is ahead by less than a day: beyond that the
    /// date has jumped, and with equal or backward times the boot clock says what has passed.
    func elapsed(since earlier: Fix) -> Duration {
        if let time, let earlierTime = earlier.time {
            let byReceiver = time - earlierTime
            if byReceiver > .zero, byReceiver < .seconds(86_400) { return byReceiver }
        }
        return max(.zero, receivedAt - earlier.receivedAt)
    }

    /// The horizontal error in metres. For a receiver that does not say: 20 m, which is about what gpsd computes for an
    /// HDOP of 1 at 95 %.
    var horizontalErrorOrTypical: Double { max(0, horizontalError ?? 20) }

    /// Whether another report says the same in every quantity, whenever it was read.
    func says(theSameAs other: Fix) -> Bool {
        var copy = other
        copy.receivedAt = receivedAt
        return copy == self
    }
}
