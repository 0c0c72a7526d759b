import PatrolCore

/// What the cart says, carried out.
extension SimulatedNight {
    mutating func tell(_ input: Cart.Input) {
        for action in cart.handle(input, at: instant) { perform(action) }
        workJournal()
    }

    mutating func perform(_ action: Cart.Action) {
        switch action {
        case .connectGPS: tell(.gps(.opened))
        case .disconnectGPS, .learnClock, .positionChanged, .note: break
        case .record(let id, let event, let state):
            note("record \(id.rawValue): \(event.kind.name)")
            ledger.recorded(id, event, boot).map { violate($0) }
            journal.record(id, event, state)
        case .append(let position):
            journal.append(position, at: instant)
        case .play(let order):
            if player.play != nil { violate("two plays at once") }
            ledger.plays.insert(order.id)
            player.start(order, at: instant + .milliseconds(Int64.random(in: 20...300, using: &dice)))
            note("play \(order.id.rawValue)")
        case .changeDeadline(let id, let deadline): player.changeDeadline(id, to: deadline)
        case .stopPlay(let id):
            player.stop(id, silentAt: instant + .milliseconds(Int64.random(in: 1...60, using: &dice)))
        case .checkPlayer: tell(.playerChecked(problem: nil))
        case .writeLight(let setting): tell(.lightWritten(setting, failure: nil))
        case .readLight: if let wanted = cart.snapshot(at: instant).light?.wanted { tell(.lightRead(.setting(wanted))) }
        case .reply(let id, let reply):
            note("reply to \(id.rawValue): \(reply)")
            ledger.replied(id, reply, journal, at: now).map { violate($0) }
        case .conclude(let id, _): ledger.concluded(id).map { violate($0) }
        case .motionChanged(let isMoving):
            for index in stations.indices { tell(index, .motionChanged(isMoving: isMoving)) }
        }
    }

    mutating func workJournal() {
        let before = stations.indices.map(journal.backlog)
        let outcomes = journal.work(at: instant)
        for (id, durability) in outcomes {
            for action in cart.handle(.recorded(id, durability), at: instant) { perform(action) }
        }
        for index in stations.indices where journal.backlog(of: index) != before[index] {
            tell(index, .backlogChanged(journal.backlog(of: index)))
        }
        if !outcomes.isEmpty { workJournal() }
    }
}
