import CALSA
import Glibc
import PatrolCore
import PatrolSystem

/// Plays one clip: three threads and the gate.
///
/// - The decoder's thread opens and decodes the file, with gain and limiter, into ``ClipFeed``.
/// - The device's thread (``DeviceLoop``) feeds the device and drops it at the limit.
/// - A third one waits for signals.
/// - The gate, on the main thread, reads standard input, keeps the time, reports and ends the process.
struct Player {
    struct Order: Sendable {
        var file: String
        var device: String
        /// In decibels, before the limiter.
        var gain: Double
        var deadline: Instant?
    }

    /// How often it is asked whether the parent still lives, besides by the end of standard input: another child of the
    /// parent may have inherited the writing end of that pipe.
    private static let parentCheck: Duration = .milliseconds(500)

    private let state: PlayState
    private let parent = getppid()
    private var gate: PlaybackGate
    private var lines = ControlLines()
    private var isStartTold = false
    /// −1 after its end, which poll(2) ignores.
    private var control = STDIN_FILENO

    /// Plays, reports, and ends the process.
    static func play(_ order: Order) -> Never {
        patrol_alsa_be_quiet()
        // A parent that went away is noticed on standard input; a report to it must not kill.
        signal(SIGPIPE, SIG_IGN)
        let now = BootClock.now()
        do throws(SystemCallError) {
            var player = Player(state: try PlayState(at: now), gate: PlaybackGate(at: now))
            player.run(order, at: now)
        } catch {
            Output.complain("patrol-player: no free descriptor: \(error)")
            exit(Exit.usage)
        }
    }

    private init(state: PlayState, gate: PlaybackGate) {
        self.state = state
        self.gate = gate
    }

    private mutating func run(_ order: Order, at now: Instant) -> Never {
        if let deadline = order.deadline {
            guard deadline > now else { leave(Ending(how: .deadline)) }
            feed(.deadline(deadline))
        }
        do throws(SystemCallError) {
            try startThreads(order)
        } catch {
            leave(Ending(how: .deviceFailed, reason: "\(error)"))
        }
        while true {
            waitForNews()
            let news = state.news
            tellStart(news)
            if let ending = news.ending { feed(.ended(ending)) }
            if news.isStopAsked { feed(.stop(reason: "a signal")) }
            if getppid() != parent { feed(.parentGone) }
            feed(.wakeUp(news.progress))
        }
    }

    private mutating func feed(_ input: PlaybackGate.Input) {
        for action in gate.handle(input, at: BootClock.now()) {
            switch action {
            case .limit(let limit): state.set(limit)
            case .leave(let ending): leave(ending)
            }
        }
    }

    /// Waits for a control line, for news from the threads, or until the gate wants to look again.
    private mutating func waitForNews() {
        let now = BootClock.now()
        let due = min(gate.wakeAt ?? now, now + Self.parentCheck)
        var watched = [
            pollfd(fd: control, events: Int16(POLLIN), revents: 0),
            pollfd(fd: state.gateWake.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        // An error can only be EINTR here; everything is looked at again.
        poll(&watched, 2, BootClock.pollTimeout(from: now, until: due))
        if watched[1].revents != 0 { state.gateWake.clear() }
        if watched[0].revents != 0 { readControl() }
    }

    private mutating func readControl() {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = read(control, &bytes, bytes.count)
        guard count > 0 else {
            // Any lasting error says the same as the end: nobody can tell this process anything any more.
            guard count == 0 || errno != EINTR && errno != EAGAIN else { return }
            control = -1
            feed(.parentGone)
            return
        }
        for line in lines.take(bytes.prefix(count)) {
            switch line {
            case .deadline(let instant): feed(.deadline(instant))
            case .stop: feed(.stop(reason: nil))
            // It might have been an order to be silent.
            case .unknown(let reason): feed(.stop(reason: reason))
            }
        }
    }

    private mutating func tellStart(_ news: PlayState.News) {
        guard !isStartTold, let startedAt = news.startedAt, let format = news.format else { return }
        isStartTold = true
        var line = JSONLine()
        line.add("event", "started")
        line.add("at_ns", startedAt.nanosecondsSinceBoot)
        line.add("rate", Int64(format.rate))
        line.add("channels", Int64(format.channels))
        line.add("frames_total", format.claimedFrames)
        Output.print(line.text)
    }

    private mutating func leave(_ ending: Ending) -> Never {
        let news = state.news
        tellStart(news)
        var line = JSONLine()
        line.add("event", "ended")
        line.add("how", ending.how.rawValue)
        line.add("frames_played", news.progress.heard)
        line.add("frames_total", news.format?.claimedFrames)
        // 0: it ended before the file was open.
        line.add("rate", Int64(news.format?.rate ?? 0))
        line.add("reason", ending.reason)
        Output.print(line.text)
        // Not exit(3): handlers of libraries would wait for threads that may be stuck.
        _exit(ending.exitCode)
    }

    /// Signals are blocked in each of them, and those that ask for the end in this one, so that they wait for sigwait(3).
    private func startThreads(_ order: Order) throws(SystemCallError) {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&signals, signal) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let awaited = signals
        let state = state
        _ = try NativeThread(name: "signals") {
            var signals = awaited
            var number: CInt = 0
            while sigwait(&signals, &number) == 0 { state.askToStop() }
        }
        _ = try NativeThread(name: "decoder") { Self.decode(order, state) }
    }

    /// What the decoder's thread does.
    private static func decode(_ order: Order, _ state: PlayState) {
        let file: ClipFile
        do {
            file = try ClipFile(path: order.file)
        } catch {
            return state.ended(Ending(how: .fileFailed, reason: "\(error)"))
        }
        let format = file.format
        state.opened(format)
        if format.claimedFrames == 0, let problem = file.problem(endingAfter: 0) {
            return state.ended(Ending(how: .fileFailed, reason: "\(problem)"))
        }
        let feed = ClipFeed(format: format)
        do throws(SystemCallError) {
            _ = try NativeThread(name: "device") {
                let ending = DeviceLoop(name: order.device, format: format, feed: feed, state: state).run()
                state.ended(ending)
            }
        } catch {
            return state.ended(Ending(how: .deviceFailed, reason: "\(error)"))
        }
        var limiter = Limiter(decibels: order.gain, channels: format.channels, rate: format.rate)
        var samples = [Float](repeating: 0, count: 1024 * format.channels)
        var frames: Int64 = 0
        while true {
            let count = file.read(into: &samples)
            guard count > 0 else { break }
            frames += Int64(count)
            feed.put(limiter.process(samples[..<(count * format.channels)]))
        }
        feed.put(limiter.finish())
        guard let problem = file.problem(endingAfter: frames) else {
            // An MP3 may have claimed a little more or less.
            var counted = format
            counted.claimedFrames = frames
            state.opened(counted)
            return feed.finish(.complete)
        }
        feed.finish(.failed(problem))
    }
}
