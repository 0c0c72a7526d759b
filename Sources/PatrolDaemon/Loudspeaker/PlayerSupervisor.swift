import Logging
import PatrolCore
import PatrolSystem
import PatrolVehicle
import Synchronization

/// Starts the players that the cart orders, on a thread of its own, and tells the cart how each ends.
///
/// Silence does not hang on it. Each player knows its deadline, and the thread that watches it kills it 100 ms later; a new
/// deadline and a stop go straight to that thread, past whatever hangs here.
final class PlayerSupervisor: Sendable {
    private enum Job: Sendable {
        case start(PlayOrder)
        case check(CheckedContinuation<Void, Never>?)
    }

    /// A play that was ordered.
    private enum Play {
        /// Not started yet; what was ordered meanwhile.
        case starting(deadline: Instant??, isStopped: Bool)
        case running(PlayerProcess)
    }

    private let settings: PlayerSettings
    private let clips: ClipLibrary
    private let clocks: Clocks
    private let logger: Logger
    private let cart: CartLoop
    private let plays = Mutex<[PlayID: Play]>([:])
    private let worker = Mutex<SerialWorker<Job>?>(nil)

    init(_ settings: PlayerSettings, clips: ClipLibrary, cart: CartLoop, clocks: Clocks, logger: Logger) {
        self.settings = settings
        self.clips = clips
        self.clocks = clocks
        self.logger = logger
        self.cart = cart
    }

    /// - Throws: what the system lacks: descriptors or threads.
    func begin() throws(SystemCallError) {
        let started = try SerialWorker<Job>(name: "players", bound: 64) { [weak self] job in
            switch job {
            case .start(let order): self?.play(order)
            case .check(let waiting):
                self?.look()
                waiting?.resume()
            }
        }
        worker.withLock { $0 = started }
    }

    /// See ``Cart/Action/play(_:)``.
    func start(_ order: PlayOrder) {
        plays.withLock { $0[order.id] = .starting(deadline: nil, isStopped: false) }
        guard post(.start(order)) else {
            return end(order.id, .deviceFailed, total: nil, reason: "too many players are to be started")
        }
    }

    func changeDeadline(of id: PlayID, to deadline: Instant) {
        plays.withLock { plays in
            switch plays[id] {
            case .running(let process): process.changeDeadline(deadline)
            case .starting(_, let isStopped): plays[id] = .starting(deadline: deadline, isStopped: isStopped)
            case nil: break
            }
        }
    }

    func stop(_ id: PlayID) {
        plays.withLock { plays in
            switch plays[id] {
            case .running(let process): process.stop()
            case .starting(let deadline, _): plays[id] = .starting(deadline: deadline, isStopped: true)
            case nil: break
            }
        }
    }

    /// See ``Cart/Action/checkPlayer``.
    func check() {
        // Without a thread nothing can be started either.
        if !post(.check(nil)) { cart.post(.playerChecked(problem: "there is no thread for it")) }
    }

    /// Returns when the cart has been told whether the player can be started.
    func checked() async {
        await withCheckedContinuation { continuation in
            if !post(.check(continuation)) { continuation.resume() }
        }
    }

    private func post(_ job: Job) -> Bool {
        worker.withLock { $0?.post(job) ?? false }
    }

    // MARK: On the thread

    private func look() {
        cart.post(.playerChecked(problem: settings.problem))
    }

    private func play(_ order: PlayOrder) {
        guard clips.isAsChecked(order.clip) else {
            clips.lookAgain()
            let reason = "the file is not the one that was checked; it is looked at again"
            return end(order.id, .fileFailed, total: order.clip.frames, reason: reason)
        }
        // As it was ordered last, and not at all if it was stopped before it began.
        guard case .starting(let changed, false)? = plays.withLock({ $0[order.id] }) else {
            return end(order.id, .stopped, total: order.clip.frames, reason: nil)
        }
        do throws(PlayerStartError) {
            let process = try PlayerProcess(
                file: clips.path(of: order.clip.name),
                gainDecibels: order.gainDecibels,
                deadline: changed ?? order.deadline,
                settings: settings,
                clocks: clocks,
                handler: { [weak self] event in self?.handle(event, of: order.id) }
            )
            running(process, order.id)
        } catch {
            logger.error("the player could not be started", metadata: ["error": "\(error)"])
            look()
            end(order.id, .deviceFailed, total: nil, reason: error.description)
        }
    }

    private func running(_ process: PlayerProcess, _ id: PlayID) {
        plays.withLock { plays in
            // Gone: it has ended already.
            guard case .starting(let deadline, let isStopped)? = plays[id] else { return }
            if let deadline { process.changeDeadline(deadline) }
            if isStopped { process.stop() }
            plays[id] = .running(process)
        }
    }

    /// On the thread of the play.
    private func handle(_ event: PlayEvent, of id: PlayID) {
        switch event {
        case .started: cart.post(.playStarted(id))
        case .ended(let end):
            plays.withLock { $0[id] = nil }
            cart.post(.playEnded(id, end))
        }
    }

    private func end(_ id: PlayID, _ how: PlayEnd.How, total: Int64?, reason: String?) {
        plays.withLock { $0[id] = nil }
        cart.post(.playEnded(id, PlayEnd(how, framesPlayed: 0, framesTotal: total, reason: reason)))
    }
}
