import PatrolCore

/// A whole cart, its journal, its upload and its station in virtual time from a seed: a true clock and a true road, a receiver
/// and a network that come and go, people, power that is cut, a disk that fills or hangs. After every step the rules are
/// asked; the first one that does not hold ends the night, so that its prefix is the shortest.
struct SimulatedNight {
    let seed: UInt64
    var dice: SplitMix64
    /// True time since the night began, in nanoseconds.
    var now: Int64 = 0
    /// True UTC at its beginning, in milliseconds since 1970.
    let beginsAt: Int64
    let endsAt: Int64

    var cart: Cart
    var journal = JournalModel()
    var collector = CollectorModel()
    var player = PlayerModel()
    var upload: UploadMachine
    var boot = 1
    /// When the computer was switched on.
    var bootedAt: Int64 = 0
    var isOn = true

    var queue: [(at: Int64, happening: Happening)] = []
    var uploadWakeAt: Instant?
    var isNetworkUp = true
    var receiver = Receiver.good
    var receiverSince: Int64 = 0
    /// How late the receiver's reports are at least, in milliseconds.
    let leastDelay: Int64
    var longitude: Double
    var speed = 5.0
    var isFinishing = false
    var isFlushing = false

    var ledger = NightLedger()
    var log: [String] = []
    var violation: String?
    var steps = 0

    enum Receiver: String, CaseIterable {
        case good, silent, noFix, jumping, rolledOver
    }

    enum Happening {
        case fix
        case clipsChecked
        case receiver(Receiver)
        case network(Bool)
        case disk(JournalModel.Disk)
        case command
        case cut(offFor: Int64)
        case powerUp
        case arrives(
            UploadAttempt,
            events: ArraySlice<Event>,
            positions: ArraySlice<Position>,
            boot: Int,
            isAnswerLost: Bool
        )
        case answered(UploadAttempt, boot: Int)
        case finish
        case flush
        case sendAll
    }

    static let second: Int64 = 1_000_000_000

    init(seed: UInt64) {
        self.seed = seed
        var dice = SplitMix64(seed: seed)
        // From two to eight minutes before quiet, until some minutes after.
        beginsAt = NightPlan.quietBegins - Int64.random(in: 120_000...480_000, using: &dice)
        endsAt = (NightPlan.quietBegins - beginsAt) * 1_000_000 + Int64.random(in: 60...180, using: &dice) * Self.second
        leastDelay = Int64.random(in: 50...1300, using: &dice)
        longitude = Double.random(in: 106.298...106.302, using: &dice)
        cart = Cart(
            settings: NightPlan.settings(bootID: "boot-1"),
            memory: CartMemory(),
            at: Instant(nanosecondsSinceBoot: 0)
        )
        upload = Self.machine(journal, seed, at: Instant(nanosecondsSinceBoot: 0))
        self.dice = dice
        plan()
        start()
    }

    static func machine(_ journal: JournalModel, _ seed: UInt64, at now: Instant) -> UploadMachine {
        UploadMachine(
            destination: "station",
            settings: UploadSettings(reconnectSpread: .seconds(5)),
            memory: journal.uploadMemory,
            seed: seed,
            at: now
        )
    }

    // MARK: Time

    var instant: Instant { Instant(nanosecondsSinceBoot: now - bootedAt) }

    func trueTime(of instant: Instant) -> Int64 { instant.nanosecondsSinceBoot + bootedAt }

    func utcMilliseconds(at time: Int64) -> Int64 { beginsAt + time / 1_000_000 }

    mutating func note(_ line: @autoclosure () -> String) {
        guard log.count < 100_000 else { return }
        let text = line()
        log.append("\(NightPlan.zone.text(of: WallTime(millisecondsSince1970: utcMilliseconds(at: now)))) \(text)")
    }

    mutating func violate(_ rule: String) {
        guard violation == nil else { return }
        violation = rule
        note("VIOLATION: \(rule)")
    }

    // MARK: The night

    /// Runs it to its end, or to the first violation.
    mutating func run() {
        var sameInstant = 0
        while violation == nil {
            guard let next = nextInstant, !(isFinishing && next > endsAt + 400 * Self.second) else { return finish() }
            sameInstant = next <= now ? sameInstant + 1 : 0
            if sameInstant > 2000 { return violate("it does not get on") }
            checkSound(from: now, to: max(now, next))
            now = max(now, next)
            steps += 1
            step()
            checkState()
        }
    }

    private var nextInstant: Int64? {
        var instants = [queue.map(\.at).min()]
        if isOn {
            instants += [cart.wakeAt, player.wakeAt, uploadWakeAt, journal.commitAt].map { $0.map(trueTime) }
        }
        return instants.compactMap { $0 }.min()
    }

    private mutating func step() {
        if let index = queue.indices.filter({ queue[$0].at <= now }).min(by: { queue[$0].at < queue[$1].at }) {
            return happen(queue.remove(at: index).happening)
        }
        guard isOn else { return }
        if let due = journal.commitAt, due <= instant { return workJournal() }
        if let due = player.wakeAt, due <= instant {
            if let input = player.tell(at: instant) { tell(input) }
            return
        }
        if let due = uploadWakeAt, due <= instant {
            uploadWakeAt = nil
            return tell(upload: .wakeUp)
        }
        if let due = cart.wakeAt, due <= instant { tell(.wakeUp) }
    }

    /// Everything works again, and what waits goes to the station.
    private mutating func finish() {
        guard isOn else { return violate("the power did not come back") }
        ledger.checkEnd(journal, collector).map { violate($0) }
    }
}
