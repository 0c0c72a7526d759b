import NIOCore
import NIOPosix
import PatrolCore
@_spi(ExperimentalScheduling) import _Concurrency

/// Runs on one event loop what tasks have to do that prefer no other thread, their sleeps included.
///
/// The daemon's tasks serve the event loop's connections and wait for the journal's thread; none of them works for long or
/// blocks. On libdispatch's pool, the default, each of their steps wakes a thread that ends again after 5 s, and the pool's
/// watchman wakes up once a second as long as the process lives (`_dispatch_workq_monitor_pools`).
///
/// What may block belongs on a thread of its own, see `SerialWorker`: here it would hold up the socket and the uploads.
final class EventLoopExecutor: TaskExecutor, SchedulingExecutor {
    /// The loop, with a thread that starts with the first use and ends with the process.
    let eventLoop: any EventLoop

    /// Starts the event loop.
    init() {
        eventLoop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
    }

    /// Behind what is ready already.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// - Parameter delay: of the clocks of Swift, whose unit is `Duration`; with any other one the job runs at once, and the
    ///   sleep ends too early.
    func enqueue<C: Clock>(
        _ job: consuming ExecutorJob,
        after delay: C.Duration,
        tolerance: C.Duration?,
        clock: C
    ) {
        let job = UnownedJob(job)
        let nanoseconds = (delay as? Duration)?.nanoseconds ?? 0
        eventLoop.scheduleTask(in: .nanoseconds(nanoseconds)) {
            job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }

    /// As ``enqueue(_:after:tolerance:clock:)``.
    func enqueue<C: Clock>(
        _ job: consuming ExecutorJob,
        at instant: C.Instant,
        tolerance: C.Duration?,
        clock: C
    ) {
        enqueue(job, after: clock.now.duration(to: instant), tolerance: tolerance, clock: clock)
    }
}
