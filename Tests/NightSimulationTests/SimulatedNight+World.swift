import PatrolCore

/// What happens around the cart.
extension SimulatedNight {
    mutating func schedule(_ happening: Happening, in nanoseconds: Int64) {
        queue.append((now + nanoseconds, happening))
    }

    /// What goes wrong tonight, and what people want.
    mutating func plan() {
        schedule(.fix, in: Self.second / 2)
        func random(_ dice: inout SplitMix64, _ end: Int64) -> Int64 { Int64.random(in: 0...end, using: &dice) }
        for _ in 0..<Int.random(in: 4...16, using: &dice) { queue.append((random(&dice, endsAt), .command)) }
        for _ in 0..<Int.random(in: 0...4, using: &dice) {
            let (at, lasts) = (random(&dice, endsAt), Int64.random(in: 3...90, using: &dice) * Self.second)
            let station = Int.random(in: stations.indices, using: &dice)
            switch Int.random(in: 0..<8, using: &dice) {
            case 0, 1:
                let all: [Receiver] =
                    [.silent, .noFix, .jumping, .rolledOver] + (kernel.isHeldForGood ? [.stepped] : [])
                let bad = all[Int.random(in: all.indices, using: &dice)]
                queue += [(at, .receiver(bad)), (at + lasts, .receiver(usualReceiver))]
            case 2: queue += [(at, .network(false, station: station)), (at + lasts, .network(true, station: station))]
            case 3, 4:
                let moods = StationModel.Mood.allCases
                let mood =
                    Bool.random(using: &dice) ? .refusesSome : moods[Int.random(in: 1..<moods.count, using: &dice)]
                // A record that is refused is found by halves, batch after batch.
                let lasts = 3 * lasts
                queue += [(at, .mood(mood, station: station)), (at + lasts, .mood(.takesAll, station: station))]
                if Bool.random(using: &dice) { queue.append((at + lasts / 2, .retry)) }
            case 5:
                let bad: JournalModel.Disk = Bool.random(using: &dice) ? .full : .hangs
                queue += [(at, .disk(bad)), (at + lasts, .disk(.works))]
            default: queue.append((at, .cut(offFor: Int64.random(in: 1...40, using: &dice) * Self.second)))
            }
        }
        if kernel.isHeldForGood, usualReceiver == .good, Bool.random(using: &dice) {
            // A step is believed after a minute, and meets the begin of quiet then.
            let quietBegins = (NightPlan.quietBegins - beginsAt) * 1_000_000
            let at = max(0, quietBegins - Int64.random(in: 65...200, using: &dice) * Self.second)
            queue += [(at, .receiver(.stepped)), (at + 300 * Self.second, .receiver(.good))]
        }
        if !kernel.isHeldForGood {
            for _ in 0..<Int.random(in: 0...3, using: &dice) {
                queue.append((random(&dice, endsAt), .kernel(.any(using: &dice))))
            }
        }
        queue.append((endsAt, .finish))
    }

    mutating func start() {
        tell(.started(version: "1", lastRunEndedWithoutStop: boot > 1))
        schedule(.clipsChecked, in: Int64.random(in: 1...2000, using: &dice) * 1_000_000)
        for index in stations.indices { tell(index, .backlogChanged(journal.backlog(of: index))) }
        readKernel()
    }

    mutating func happen(_ happening: Happening) {
        switch happening {
        case .fix:
            guard !isFlushing else { return }
            schedule(.fix, in: Self.second)
            drive()
            if isOn { report() }
        case .clipsChecked:
            guard isOn else { return }
            let clips = [NightPlan.tone, NightPlan.long]
            tell(.clipsChecked(ClipFindings(clips: Dictionary(uniqueKeysWithValues: clips.map { ($0.name, $0) }))))
        case .receiver(let state):
            guard !isFinishing else { return }
            (receiver, receiverSince) = (state, now)
            note("the receiver is \(state)")
        case .kernel(let state):
            guard !isFinishing else { return }
            kernel.state = state
            note("the kernel's clock is \(state)")
            // As its alarm has it when it is set; what is not set is read in its turn.
            if isOn, Bool.random(using: &dice) { tellKernelTime() }
        case .readKernel(let boot):
            // Nothing happens by itself any more that the stations would still have to get.
            if isOn, boot == self.boot, !isFlushing { readKernel() }
        case .network(let isUp, let station):
            stations[station].isReachable = isUp || isFinishing
            let name = stations[station].name
            note("the network to \(name) is \(isUp ? "back" : "gone")")
        case .mood(let mood, let station):
            stations[station].mood = isFinishing ? .takesAll : mood
            let name = stations[station].name
            note("\(name) \(mood)")
        case .retry: if isOn { retry() }
        case .disk(let disk):
            guard isOn else { return }
            journal.disk = isFinishing ? .works : disk
            note("the disk \(disk)")
            workJournal()
        case .command: if isOn, !isFinishing { command() }
        case .cut(let offFor): cut(offFor)
        case .powerUp: powerUp()
        case .arrives(let attempt, let events, let positions, let station, let boot, let isAnswerLost):
            arrive(attempt, events, positions, station, boot: boot, isAnswerLost: isAnswerLost)
        case .answered(let attempt, let station, let boot):
            if isOn, boot == self.boot { tell(station, .attemptEnded(attempt)) }
        case .finish:
            isFinishing = true
            for index in stations.indices { (stations[index].isReachable, stations[index].mood) = (true, .takesAll) }
            (receiver, receiverSince) = (.good, now)
            if !isOn { powerUp() }
            journal.disk = .works
            workJournal()
            schedule(.flush, in: 100 * Self.second)
        case .flush:
            // No fix comes any more, and a person wants all of it at the station.
            isFlushing = true
            schedule(.sendAll, in: 20 * Self.second)
        case .sendAll:
            retry()
            for index in stations.indices { tell(index, .flushRequested) }
        }
    }

    // MARK: What time it is

    private mutating func readKernel() {
        // No longer than the watcher's interval.
        schedule(.readKernel(boot: boot), in: Int64.random(in: 16...64, using: &dice) * Self.second)
        tellKernelTime()
    }

    private mutating func tellKernelTime() {
        tell(.kernelClock(kernel.time(utcMilliseconds(at: now), at: instant, using: &dice)))
    }

    private mutating func drive() {
        // To and fro in front of the school; sometimes it stands.
        if Int.random(in: 0..<40, using: &dice) == 0 { speed = [-8, -5, 0, 5, 8][Int.random(in: 0..<5, using: &dice)] }
        longitude += speed / 97_000
        if longitude < 106.297 { speed = abs(speed) }
        if longitude > 106.31 { speed = -abs(speed) }
        let isInside = NightPlan.school.contains(longitude)
        if isInside != (ledger.insideSince != nil) { ledger.insideSince = isInside ? now : nil }
    }

    private mutating func report() {
        guard receiver != .silent else { return }
        var fix = Fix(receivedAt: instant, mode: receiver == .noFix ? .none : .threeDimensional)
        // The time of a report is that of its fix, which lies up to 1.4 s back: with one receiver always a little, with
        // another always much.
        let delay = leastDelay + Int64.random(in: 0...100, using: &dice)
        let rollover: Int64 = receiver == .rolledOver ? 1024 * 7 * 86_400_000 : 0
        let step: Int64 = receiver == .stepped ? receiverStep : 0
        fix.time = WallTime(millisecondsSince1970: utcMilliseconds(at: now) - delay - rollover + step)
        if receiver != .noFix {
            fix.latitude = NightPlan.latitude + (receiver == .jumping && Bool.random(using: &dice) ? 1 : 0)
            fix.longitude = longitude
            fix.speed = abs(speed)
            fix.horizontalError = 5
        }
        tell(.gps(.report(fix, device: "/dev/gps")))
    }

    // MARK: Power

    private mutating func cut(_ offFor: Int64) {
        guard isOn, !isFinishing else { return }
        isOn = false
        note("the power is cut")
        journal.losePower()
        player.losePower()
        for index in stations.indices { stations[index].wakeAt = nil }
        ledger.powerLost()
        schedule(.powerUp, in: offFor)
    }

    private mutating func powerUp() {
        guard !isOn else { return }
        isOn = true
        boot += 1
        bootedAt = now
        note("the power is back")
        let memory = CartMemory(odometerMetres: journal.odometerMetres, states: journal.states)
        cart = Cart(settings: NightPlan.settings(bootID: "boot-\(boot)"), memory: memory, at: instant)
        kernel.powerUp()
        for index in stations.indices {
            stations[index].cartRestarted(Self.machine(journal, index, seed &+ UInt64(16 * boot), at: instant))
        }
        // What was not answered before the cut may be so or so.
        ledger.mutedSince = ledger.isMuteKept ?? (journal.states["mute"] != nil) ? now : nil
        let isOnDuty = cart.snapshot(at: instant).duty != nil
        if let isKept = ledger.isDutyKept, isKept != isOnDuty { violate("duty was forgotten") }
        start()
    }

    // MARK: People

    private mutating func command() {
        ledger.lastCommand += 1
        let id = CommandID(rawValue: ledger.lastCommand)
        let command: Command
        switch Int.random(in: 0..<12, using: &dice) {
        case 0...3: command = .mark(text: "mark \(id.rawValue)")
        case 4...6:
            command = .say(NightPlan.long.name, .manual, reason: nil, repeats: Int.random(in: 1...2, using: &dice))
        case 7: command = .mute(until: nil)
        case 8: command = .unmute
        case 9: command = .stop(andQueue: Bool.random(using: &dice))
        case 10: command = .startDuty(.patrol, officer: nil)
        default: command = .endDuty
        }
        note("ordered: \(command)")
        ledger.ordered(id, command, at: now)
        tell(.journalBacklog(events: journal.pendingEvents))
        let actions = cart.handle(.command(id, command, .station(operator: "wang")), at: instant)
        let records = actions.compactMap { if case .record(let id, _, _) = $0 { id } else { nil } }
        ledger.recorded(records.last, of: id)
        for action in actions { perform(action) }
        workJournal()
    }
}
