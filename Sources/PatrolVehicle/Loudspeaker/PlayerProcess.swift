import Glibc
public import PatrolCore
import PatrolSystem
import Synchronization

/// One clip on its way through one `patrol-player`: started, told what it has to know, watched, and ended for certain.
///
/// It works on a thread of its own, on which nothing of the rest of the daemon ever runs before the player is dead:
/// even a handler that hangs does not keep ``PlayerWatch`` from its deadlines. If this object is dropped, the play
/// goes on under them.
public final class PlayerProcess: Sendable {
    /// The process, for those who measure it; the number may be another's once the end was told.
    public let pid: Int32
    private let orders: PlayerOrders
    private let thread: NativeThread

    /// Starts the player; returns when its program runs, which is before it sounds.
    /// - Parameters:
    ///   - file: the clip's path.
    ///   - gainDecibels: finite; the player limits what comes out.
    ///   - deadline: when the last sample must have sounded; `nil` for none.
    ///   - settings: the program and its device.
    ///   - clocks: the machine's own: the deadlines are met by a timer of the kernel on the boot clock.
    ///   - handler: gets each event, in order, on threads of this play; it must not call ``join()``.
    /// - Throws: when there is no such program, or no process, descriptor or thread to be had.
    public init(
        file: String,
        gainDecibels: Double,
        deadline: Instant?,
        settings: PlayerSettings,
        clocks: Clocks,
        handler: @escaping @Sendable (PlayEvent) -> Void
    ) throws(PlayerStartError) {
        // In one word, because a negative number in a word of its own looks like an option.
        var arguments = ["play", "--device", settings.device, "--gain=\(gainDecibels)"]
        if let deadline { arguments += ["--deadline", "\(deadline.nanosecondsSinceBoot)"] }
        do throws(SystemCallError) {
            let orders = try PlayerOrders()
            let timer = try BootTimer()
            let process = try ChildProcess(
                path: settings.program,
                arguments: arguments + [file],
                environment: settings.environment
            )
            do throws(SystemCallError) {
                thread = try NativeThread(name: "player") {
                    PlayerLoop(
                        process: process,
                        timer: timer,
                        orders: orders,
                        watch: PlayerWatch(deadline: deadline, at: clocks.now()),
                        clocks: clocks,
                        handler: handler
                    ).run()
                }
            } catch {
                // Without a thread there is no second gate, so there is no play either.
                process.signal(SIGKILL)
                _ = process.reap()
                throw error
            }
            self.orders = orders
            pid = process.pid
        } catch {
            throw PlayerStartError(program: settings.program, cause: error)
        }
    }

    /// Another deadline from now on, for the player and for the second gate; `nil` for none. Nothing once it is over.
    public func changeDeadline(_ deadline: Instant?) {
        orders.give { $0.deadline = .some(deadline) }
    }

    /// Stops the play in declared steps; see ``PlayerWatch``. Returns at once; the end is told as always.
    public func stop() {
        orders.give { $0.isStopped = true }
    }

    /// Returns when the process is reaped and the last event was handled.
    public func join() {
        thread.join()
    }
}

/// What the play's thread has still to do for others: the latest deadline and whether to stop, so it never grows.
final class PlayerOrders: Sendable {
    /// What was asked for since the last look.
    struct Pending: Sendable {
        /// The outer level: whether it changes at all.
        var deadline: Instant??
        var isStopped = false
    }

    /// For poll(2).
    var descriptor: Int32 { wake.descriptor }

    private let wake: WakeDescriptor
    private let pending = Mutex(Pending())

    /// - Throws: see ``WakeDescriptor``.
    init() throws(SystemCallError) {
        wake = try WakeDescriptor()
    }

    func give(_ order: (inout Pending) -> Void) {
        pending.withLock { order(&$0) }
        wake.wake()
    }

    func take() -> Pending {
        // First the descriptor, then the orders: one that comes in between wakes once for nothing, but is not lost.
        wake.clear()
        return pending.withLock { pending in
            defer { pending = Pending() }
            return pending
        }
    }
}
