import Glibc
public import PatrolSystem

/// A thread of its own for SQLite, as the executor of the actor that owns the database, and of tasks that work for it.
///
/// SQLite blocks: one fsync on an SD card may take seconds. On the threads of Swift's pool, of which there are as many
/// as cores, or on an event loop that would hold up everybody else.
///
/// The thread sleeps while there is nothing to do, and ends when the actor that holds this object is gone.
public final class DatabaseThread: SerialExecutor, TaskExecutor {
    private let jobs = JobQueue()

    /// Starts the thread.
    /// - Parameter name: shown by ps(1); the kernel keeps 15 bytes of it.
    /// - Throws: what pthread_create(3) said, for example that there may be no more threads.
    public init(name: String) throws(SystemCallError) {
        let jobs = jobs
        // It ends by itself once the queue is finished, so nobody joins it.
        _ = try NativeThread(name: name) { jobs.run() }
    }

    deinit {
        jobs.finish()
    }

    /// Lets the thread run a job after those that wait already.
    public func enqueue(_ job: consuming ExecutorJob) {
        jobs.append(UnownedJob(job), on: asUnownedSerialExecutor(), asUnownedTaskExecutor())
    }
}

/// The jobs that wait for a thread, first come, first served. Its length has no bound of its own: each job is a call
/// that somebody awaits.
///
/// Unchecked, because the compiler cannot see that `waiting` and `isFinished` are touched under `mutex` only. A lock of
/// Synchronization would be seen, but has no condition to wait for.
private final class JobQueue: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let change = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private typealias Waiting = (job: UnownedJob, actor: UnownedSerialExecutor, task: UnownedTaskExecutor)

    private var waiting: [Waiting] = []
    private var isFinished = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(change, nil)
    }

    deinit {
        pthread_cond_destroy(change)
        pthread_mutex_destroy(mutex)
        change.deallocate()
        mutex.deallocate()
    }

    func append(_ job: UnownedJob, on actor: UnownedSerialExecutor, _ task: UnownedTaskExecutor) {
        pthread_mutex_lock(mutex)
        waiting.append((job, actor, task))
        pthread_cond_signal(change)
        pthread_mutex_unlock(mutex)
    }

    func finish() {
        pthread_mutex_lock(mutex)
        isFinished = true
        pthread_cond_signal(change)
        pthread_mutex_unlock(mutex)
    }

    /// Runs jobs until the queue is finished and empty.
    func run() {
        while let jobs = next() {
            for (job, actor, task) in jobs { job.runSynchronously(isolatedTo: actor, taskExecutor: task) }
        }
    }

    /// Waits for jobs and takes them all; `nil` at the end.
    private func next() -> [Waiting]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        // pthread_cond_wait(3): "Spurious wakeups … may occur", so the condition is looked at again each time.
        while waiting.isEmpty && !isFinished { pthread_cond_wait(change, mutex) }
        guard !waiting.isEmpty else { return nil }
        defer { waiting = [] }
        return waiting
    }
}
