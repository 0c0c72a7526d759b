import Glibc
import PatrolCore
import PatrolSystem

/// What a play's thread does: it waits, feeds ``PlayerWatch``, and performs what that decides.
struct PlayerLoop: ~Copyable {
    /// As much of the player's standard error is kept for a reason; the rest is read and forgotten, so that the player
    /// neither blocks on it nor fills a log.
    private static let keptDiagnostics = 400

    private let process: ChildProcess
    private let timer: BootTimer
    private let orders: PlayerOrders
    private let clocks: Clocks
    private let handler: @Sendable (PlayEvent) -> Void
    private var watch: PlayerWatch
    private var lines = LineReader()
    private var diagnostics: [UInt8] = []
    private var output: Int32
    private var error: Int32
    private var start = StartTeller.idle

    init(
        process: ChildProcess,
        timer: BootTimer,
        orders: PlayerOrders,
        watch: PlayerWatch,
        clocks: Clocks,
        handler: @escaping @Sendable (PlayEvent) -> Void
    ) {
        self.process = process
        self.timer = timer
        self.orders = orders
        self.watch = watch
        self.clocks = clocks
        self.handler = handler
        output = process.output
        error = process.error
    }

    /// Runs until the process is reaped.
    consuming func run() {
        while !wait() {
            takeOrders()
            takeOutput()
            takeDiagnostics()
            // Each round looks at the clock, so that a player that never stops talking gains nothing by it.
            feed(.wakeUp)
        }
        // What it may have started does not outlive it; the group's number is its own until it is reaped.
        process.signal(SIGKILL)
        while takeOutput() {}
        while diagnostics.count < Self.keptDiagnostics, takeDiagnostics() {}
        feed(.exited(process.reap()))
        start.finish()
    }

    /// Waits for anything to happen.
    /// - Returns: whether the process has ended.
    private func wait() -> Bool {
        timer.set(watch.wakeAt)
        let events = Int16(POLLIN)
        // poll(2): a negative descriptor is left out.
        var waiting = [process.descriptor, orders.descriptor, timer.descriptor, output, error].map {
            pollfd(fd: $0, events: events, revents: 0)
        }
        // No signal reaches this thread, so poll fails for want of memory only, and then the next round tries again.
        guard poll(&waiting, nfds_t(waiting.count), -1) > 0 else { return false }
        return waiting[0].revents != 0
    }

    private mutating func takeOrders() {
        let orders = orders.take()
        if let deadline = orders.deadline { feed(.changeDeadline(deadline)) }
        if orders.isStopped { feed(.stop) }
    }

    /// - Returns: whether there may be more.
    @discardableResult
    private mutating func takeOutput() -> Bool {
        guard output >= 0 else { return false }
        guard let bytes = ChildProcess.read(output) else {
            output = -1
            feed(.closedOutput)
            return false
        }
        do throws(PlayerLine.Defect) {
            for line in try lines.take(bytes) { feed(.line(try PlayerLine(line))) }
        } catch {
            // Nothing that it says now can be believed.
            output = -1
            feed(.defect(error.reason))
        }
        return !bytes.isEmpty && output >= 0
    }

    /// - Returns: whether there may be more.
    @discardableResult
    private mutating func takeDiagnostics() -> Bool {
        guard error >= 0 else { return false }
        guard let bytes = ChildProcess.read(error) else {
            error = -1
            return false
        }
        let room = Self.keptDiagnostics - diagnostics.count
        if room > 0, !bytes.isEmpty {
            diagnostics += bytes.prefix(room)
            watch.note(diagnostics: PlayerLine.excerpt(diagnostics, limit: Self.keptDiagnostics))
        }
        return !bytes.isEmpty
    }

    private mutating func feed(_ input: PlayerWatch.Input) {
        for action in watch.handle(input, at: clocks.now()) {
            switch action {
            case .send(let line): process.send(line)
            case .terminate: process.signal(SIGTERM)
            case .kill: process.signal(SIGKILL)
            case .started(let started): start.tell(.started(started), to: handler)
            case .ended(let end):
                start.finish()
                handler(.ended(end))
            }
        }
    }
}

/// Tells that it sounds on a thread of its own: whoever is told may hang, and the second gate must not hang with him.
private enum StartTeller {
    /// Nothing is to be told, or it was.
    case idle
    /// It is being told.
    case telling(NativeThread)
    /// There was no thread to be had: it is told right before the end.
    case late(@Sendable () -> Void)

    mutating func tell(_ event: PlayEvent, to handler: @escaping @Sendable (PlayEvent) -> Void) {
        do throws(SystemCallError) {
            self = .telling(try NativeThread(name: "player-start") { handler(event) })
        } catch {
            self = .late { handler(event) }
        }
    }

    /// Returns when it was told.
    mutating func finish() {
        switch self {
        case .idle: break
        case .telling(let thread): thread.join()
        case .late(let tell): tell()
        }
        self = .idle
    }
}
