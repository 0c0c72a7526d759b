import PatrolCore

/// A whole cart, its journal, its uploads and its two stations in virtual time from a seed: a true clock and a true road, a
/// receiver, NTP and networks that come and go, stations that refuse, people, power that is cut, a disk that fills or hangs.
/// After every step the rules are asked; the first one that does not hold ends the night, so that its prefix is the shortest.
struct SimulatedNight {
    let seed: UInt64
    var dice: SplitMix64
    /// True time since the night began, in nanoseconds.
    var now: Int64 = 0
    /// True UTC at its beginning, in milliseconds since 1970.
    let beginsAt: Int64
    let endsAt: Int64

    var cart: Cart
    var journal = JournalModel(destinations: names.count)
    var stations: [StationModel]
    var player = PlayerModel()
    var boot = 1
    /// When the computer was switched on.
    var bootedAt: Int64 = 0
    var isOn = true

    var queue: [(at: Int64, happening: Happening)] = []
    var kernel: KernelModel
    var receiver = Receiver.good
    private(set) var usualReceiver = Receiver.good
    var receiverSince: Int64 = 0
    /// By how much its time is off while it is stepped, in milliseconds.
    let receiverStep: Int64
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
        /// Its time is another one; only where NTP knows better, for else nobody could.
        case stepped
    }

    enum Happening {
        case fix
        case clipsChecked
        case receiver(Receiver)
        case kernel(KernelModel.State)
        case readKernel(boot: Int)
        case network(Bool, station: Int)
        case mood(StationModel.Mood, station: Int)
        case retry
        case disk(JournalModel.Disk)
        case command
        case cut(offFor: Int64)
        case powerUp
        case arrives(
            UploadAttempt,
            events: ArraySlice<Event>,
            positions: ArraySlice<Position>,
            station: Int,
            boot: Int,
            isAnswerLost: Bool
        )
        case answered(UploadAttempt, station: Int, boot: Int)
        case finish
        case flush
        case sendAll
    }

    static let second: Int64 = 1_000_000_000
    static let names = ["station", "city"]

    init(seed: UInt64) {
        self.seed = seed
        var dice = SplitMix64(seed: seed)
        // From two to eight minutes before quiet, until some minutes after.
        beginsAt = NightPlan.quietBegins - Int64.random(in: 120_000...480_000, using: &dice)
        endsAt = (NightPlan.quietBegins - beginsAt) * 1_000_000 + Int64.random(in: 60...180, using: &dice) * Self.second
        receiverStep = Int64.random(in: -7200...7200, using: &dice) * 1000
        leastDelay = Int64.random(in: 50...1300, using: &dice)
        longitude = Double.random(in: 106.298...106.302, using: &dice)
        cart = Cart(
            settings: NightPlan.settings(bootID: "boot-1"),
            memory: CartMemory(),
            at: Instant(nanosecondsSinceBoot: 0)
        )
        kernel = KernelModel(using: &dice)
        // An old receiver has its place right and its date wrong all night: then NTP alone says the time.
        if kernel.isHeldForGood, Bool.random(using: &dice) { (receiver, usualReceiver) = (.rolledOver, .rolledOver) }
        let salt = Int.random(in: 0..<20, using: &dice)
        let (journal, begin) = (journal, Instant(nanosecondsSinceBoot: 0))
        stations = Self.names.indices.map { index in
            StationModel(
                name: Self.names[index],
                salt: salt + 11 * index,
                machine: Self.machine(journal, index, seed, at: begin)
            )
        }
        self.dice = dice
        plan()
        start()
    }

    static func machine(_ journal: JournalModel, _ index: Int, _ seed: UInt64, at now: Instant) -> UploadMachine {
        UploadMachine(
            destination: names[index],
            settings: UploadSettings(reconnectSpread: .seconds(5)),
            memory: journal.destinations[index].memory,
            seed: seed &+ UInt64(index),
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
            instants += [cart.wakeAt, player.wakeAt, journal.commitAt].map { $0.map(trueTime) }
            instants += stations.map { $0.wakeAt.map(trueTime) }
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
        for (index, station) in stations.enumerated() {
            guard let due = station.wakeAt, due <= instant else { continue }
            stations[index].wakeAt = nil
            return tell(index, .wakeUp)
        }
        if let due = cart.wakeAt, due <= instant { tell(.wakeUp) }
    }

    /// Everything works again, and what waits goes to the station.
    private mutating func finish() {
        guard isOn else { return violate("the power did not come back") }
        ledger.checkEnd(journal, stations).map { violate($0) }
    }
}
