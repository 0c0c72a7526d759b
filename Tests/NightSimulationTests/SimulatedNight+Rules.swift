import PatrolCore

/// What must hold after every step.
extension SimulatedNight {
    /// Nothing may be heard between two steps that the truth forbids.
    mutating func checkSound(from start: Int64, to end: Int64) {
        guard isOn, let heard = player.heard(until: Instant(nanosecondsSinceBoot: end - bootedAt)) else { return }
        let (first, last) = (max(start, trueTime(of: heard.lowerBound)), trueTime(of: heard.upperBound))
        guard first < last else { return }
        if utcMilliseconds(at: last) > NightPlan.quietBegins {
            violate("it sounds \(utcMilliseconds(at: last) - NightPlan.quietBegins) ms into quiet hours")
        }
        if let since = ledger.mutedSince, last > since + NightLedger.reaction { violate("it sounds while it is muted") }
        if let since = ledger.untrustedSince, last > since + NightLedger.reaction {
            violate("it sounds while nobody knows the time")
        }
        if let since = ledger.insideSince, last > max(since, receiverSince) + NightLedger.borderReaction,
            receiver != .jumping, receiver != .rolledOver
        {
            violate("it sounds in front of the school")
        }
    }

    mutating func checkState() {
        guard isOn, violation == nil else { return }
        let snapshot = cart.snapshot(at: instant)
        if case .trusted(let offset) = snapshot.clock.state(at: instant) {
            if ledger.untrustedSince != nil { ledger.tally["trusts \(offset.source)", default: 0] += 1 }
            ledger.untrustedSince = nil
        } else if ledger.untrustedSince == nil {
            ledger.untrustedSince = now
        }
        if let light = snapshot.light, let wanted = light.wanted, (wanted != .off) != (snapshot.duty != nil) {
            violate("the light is \(wanted) and duty is \(snapshot.duty == nil ? "over" : "on")")
        }
        if player.play == nil, let play = ledger.plays.first { violate("play \(play.rawValue) has no end on record") }
        if let play = player.play, play.stopsAt == nil, let told = snapshot.announcer?.statusWithoutForecast.playing,
            told.announcement.id == play.order.id, told.deadline != play.deadline
        {
            violate("the player has another deadline than the announcer thinks")
        }
        for (station, kept) in zip(stations, journal.destinations) {
            for lane in Lane.allCases {
                let held = station.count(lane) + kept.quarantined.count { $0.lane == lane }
                if kept.cursor(lane) > held { violate("the cursor of \(lane) is beyond what \(station.name) has") }
            }
        }
        checkProgramme(snapshot)
        if let overdue = ledger.overdue(at: now) { violate(overdue) }
        if let due = cart.wakeAt, due < instant - .seconds(1) { violate("a deadline was left behind") }
    }

    /// Silence is safe, but not what the cart is for: where nothing forbids it the programme is heard.
    private mutating func checkProgramme(_ snapshot: CartSnapshot) {
        let remains = NightPlan.quietBegins - utcMilliseconds(at: now)
        let mayPlay =
            receiver == .good && now - receiverSince > 60 * Self.second && remains > 90_000 && ledger.mutedSince == nil
            && ledger.untrustedSince == nil && snapshot.zones == [] && snapshot.hasFix && !isFinishing
        guard mayPlay, player.play == nil else {
            ledger.idleSince = nil
            return
        }
        ledger.idleSince = ledger.idleSince ?? now
        if let since = ledger.idleSince, now - since > 45 * Self.second { violate("the programme is not heard") }
    }
}
