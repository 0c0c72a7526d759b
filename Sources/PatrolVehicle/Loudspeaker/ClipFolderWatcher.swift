import Glibc
public import PatrolCore
public import PatrolSystem
import Synchronization

/// Tells, on a thread of its own, when the clips folder should be looked at again: when it has changed and come to rest
/// (``ClipFolderChanges``), and when it is made, renamed, replaced or mounted (``FolderWatch``). While nothing changes the
/// thread sleeps.
///
/// What cannot be watched, for example on a way through a folder that may not be read, is looked at every minute.
public final class ClipFolderWatcher: Sendable {
    /// How often a folder is looked at that cannot be watched.
    public static let blindInterval: Duration = .seconds(60)

    private enum State {
        /// Not started, or stopped.
        case idle
        /// The thread runs until the descriptor is woken.
        case running(NativeThread, WakeDescriptor)
    }

    private let path: String
    private let clocks: Clocks
    private let changes: ClipFolderChanges
    private let handler: @Sendable () -> Void
    private let state = Mutex(State.idle)
    private let shared = Mutex(Shared())

    /// What others may ask for.
    fileprivate struct Shared {
        var unfinished: Set<ClipName> = []
        var failure: SystemCallError?
    }

    /// - Parameters:
    ///   - path: the folder; it need not be there.
    ///   - clocks: the machine's own.
    ///   - changes: with the times that it waits.
    ///   - handler: called on the watcher's thread when it is time to look; it must not call ``stop()``.
    public init(
        path: String,
        clocks: Clocks,
        changes: ClipFolderChanges = ClipFolderChanges(),
        handler: @escaping @Sendable () -> Void
    ) {
        self.path = path
        self.clocks = clocks
        self.changes = changes
        self.handler = handler
    }

    /// The files that somebody is writing, as far as was seen.
    public var unfinished: Set<ClipName> { shared.withLock { $0.unfinished } }

    /// Why not everything can be watched; `nil` if it can.
    public var failure: SystemCallError? { shared.withLock { $0.failure } }

    /// Starts the thread; nothing if it runs already. What happens from now on is told.
    /// - Throws: what the system lacks: descriptors or threads.
    public func start() throws(SystemCallError) {
        try state.withLock { state throws(SystemCallError) in
            guard case .idle = state else { return }
            let wake = try WakeDescriptor()
            let timer = try BootTimer()
            let watch: WatchBox = WatchBox(path: path)
            shared.withLock { $0.failure = watch.failure }
            let (clocks, changes, handler, path) = (clocks, changes, handler, path)
            let thread = try NativeThread(name: "clips-watch") { [weak self] in
                var loop = WatchLoop(path: path, watch: watch, changes: changes, clocks: clocks)
                while loop.wait(for: wake, timer) {
                    let isDue = loop.take()
                    self?.shared.withLock { $0 = Shared(unfinished: loop.unfinished, failure: loop.failure) }
                    if isDue { handler() }
                }
            }
            state = .running(thread, wake)
        }
    }

    /// Stops the thread and returns when it has ended, at once.
    public func stop() {
        state.withLock { state in
            guard case .running(let thread, let wake) = state else { return }
            wake.wake()
            thread.join()
            state = .idle
        }
    }
}

/// A watch that may have failed, and can be handed to the thread that it belongs to from then on.
private final class WatchBox: @unchecked Sendable {
    // Checked by hand: touched by the thread that starts the watcher before the other one begins, and then by that one.
    private var watch: FolderWatch?
    private var refusal: SystemCallError?

    init(path: String) {
        walk(path)
    }

    /// A new watch from the beginning: what the old one still had to tell is about another way.
    func walk(_ path: String) {
        do throws(SystemCallError) {
            watch = try FolderWatch(path: path)
            refusal = nil
        } catch {
            watch = nil
            refusal = error
        }
    }

    var descriptor: Int32 { watch?.descriptor ?? -1 }
    var folder: FolderWatch.Identity? { watch?.folder }
    var failure: SystemCallError? { refusal ?? watch?.failure }
    func events() -> [FolderWatch.Event] { watch?.events() ?? [] }
}

/// What the thread does.
private struct WatchLoop: ~Copyable {
    private let path: String
    private let watch: WatchBox
    private let clocks: Clocks
    private var changes: ClipFolderChanges
    private var lastLook: Instant
    /// proc_pid_mountinfo(5): poll(2) marks it with an error when something was mounted or unmounted. A mount over the folder
    /// changes nothing in the folders on the way.
    private let mounts: Int32
    private var ready: (watch: Bool, mounts: Bool) = (false, false)

    init(path: String, watch: WatchBox, changes: ClipFolderChanges, clocks: Clocks) {
        self.path = path
        self.watch = watch
        self.changes = changes
        self.clocks = clocks
        lastLook = clocks.now()
        // Without it mounts are noticed when something else changes; poll(2) ignores −1.
        mounts = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)
    }

    deinit {
        if mounts >= 0 { close(mounts) }
    }

    var unfinished: Set<ClipName> { changes.unfinished }
    var failure: SystemCallError? { watch.failure }

    private var blindLook: Instant? {
        watch.failure == nil ? nil : lastLook + ClipFolderWatcher.blindInterval
    }

    /// Waits until something has happened or it is time to look.
    /// - Returns: `false` if it is time to end.
    mutating func wait(for wake: borrowing WakeDescriptor, _ timer: borrowing BootTimer) -> Bool {
        timer.set([changes.lookAt, blindLook].compactMap { $0 }.min())
        var descriptors = [
            pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: timer.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: watch.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: mounts, events: Int16(POLLPRI), revents: 0),
        ]
        // Signals are blocked in this thread, so it fails for nothing.
        poll(&descriptors, nfds_t(descriptors.count), -1)
        ready = (descriptors[2].revents != 0, descriptors[3].revents != 0)
        return descriptors[0].revents == 0
    }

    /// Takes what has happened.
    /// - Returns: whether it is time to look.
    mutating func take() -> Bool {
        let now = clocks.now()
        if ready.watch { takeEvents(at: now) }
        if ready.mounts, walkAgain() { changes.forget(at: now) }
        let isBlindlyDue = blindLook.map { now >= $0 } ?? false
        guard changes.isDue(at: now) || isBlindlyDue else { return false }
        lastLook = now
        // What could not be watched then may be watched now.
        if isBlindlyDue { _ = walkAgain() }
        return true
    }

    private mutating func takeEvents(at now: Instant) {
        var hasWayChanged = false
        for event in watch.events() {
            switch event {
            case .written(let name): note(name, at: now) { .written($0) }
            case .settled(let name): note(name, at: now) { .settled($0) }
            case .touched(let name): note(name, at: now) { _ in .other }
            case .lost: changes.forget(at: now)
            case .wayChanged: hasWayChanged = true
            }
        }
        guard hasWayChanged else { return }
        // Another folder, or the same one with other permissions: in both cases something to look at. One that is still not
        // there, but may be nearer, is not.
        if walkAgain() {
            changes.forget(at: now)
        } else if watch.folder != nil {
            changes.note(.other, at: now)
        }
    }

    private mutating func note(_ name: [UInt8], at now: Instant, _ change: (ClipName) -> ClipFolderChanges.Change) {
        // Temporary files of editors and of rsync are none of ours until they are renamed.
        if ClipFolder.isClipName(name) { changes.note(change(ClipName(bytes: name)), at: now) }
    }

    /// - Returns: whether another folder lies at the end of the way, or none any more.
    private mutating func walkAgain() -> Bool {
        let before = watch.folder
        watch.walk(path)
        return watch.folder != before
    }
}
