import Glibc
import Synchronization

/// A thread of its own for work that blocks in C, which the threads of Swift's pool must never do.
///
/// Signals are blocked in it: they belong to the thread that waits for them.
public final class NativeThread: Sendable {
    private let thread: pthread_t
    private let isJoined = Mutex(false)

    /// Starts the thread.
    /// - Parameters:
    ///   - name: shown by ps(1) and in crash reports; the kernel keeps 15 bytes of it.
    ///   - body: what it does; the thread ends with it.
    /// - Throws: what pthread_create(3) says, in practice EAGAIN for too many threads.
    public init(name: String, body: @escaping @Sendable () -> Void) throws(SystemCallError) {
        let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
        // A thread inherits the mask of its creator, so there is no moment in which a signal could reach it.
        var all = sigset_t()
        var previous = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
        var thread = pthread_t()
        let result = pthread_create(
            &thread,
            nil,
            { context in
                // Never nil: it is the last argument of pthread_create.
                guard let context else { return nil }
                Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            start.toOpaque()
        )
        guard result == 0 else {
            start.release()
            throw SystemCallError(call: "pthread_create", errno: result, context: "thread \(name)")
        }
        self.thread = thread
    }

    deinit {
        isJoined.withLock { isJoined in
            if !isJoined { _ = pthread_detach(thread) }
        }
    }

    /// Returns when the thread has ended; at once if it was joined before. Never to be called on the thread itself.
    public func join() {
        isJoined.withLock { isJoined in
            guard !isJoined else { return }
            pthread_join(thread, nil)
            isJoined = true
        }
    }
}

/// What the new thread gets to know.
private final class ThreadStart: Sendable {
    private let name: String
    private let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }

    func run() {
        setName()
        body()
    }

    /// proc(5): a thread sets its name by writing to its `comm`, as pthread_setname_np(3) does, which Swift's Glibc
    /// does not know. A thread without a name works as well, so failures are ignored.
    private func setName() {
        let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { close(file) }
        let bytes = Array(name.utf8)
        _ = write(file, bytes, bytes.count)
    }
}
