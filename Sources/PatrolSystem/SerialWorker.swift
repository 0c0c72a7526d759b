/// A thread for what blocks in C: it does one job after the other, and sleeps while there is none.
public final class SerialWorker<Job: Sendable>: Sendable {
    private let mailbox: Mailbox<Job>
    private let thread: NativeThread

    /// - Parameters:
    ///   - name: the thread's.
    ///   - bound: how many jobs may wait.
    ///   - perform: does one, on the thread.
    /// - Throws: what the system lacks: descriptors or threads.
    public init(
        name: String,
        bound: Int,
        perform: @escaping @Sendable (Job) -> Void
    ) throws(SystemCallError) {
        let wake = try WakeDescriptor()
        let mailbox = Mailbox<Job>(bound: bound, whenFull: .refusesNewest, wakes: wake)
        self.mailbox = mailbox
        thread = try NativeThread(name: name) {
            while true {
                wake.wait(for: nil)
                wake.clear()
                // Before what waits is taken: what is posted before the end is still done.
                let isStopping = mailbox.isClosed
                mailbox.take().elements.forEach(perform)
                if isStopping { return }
            }
        }
    }

    deinit {
        mailbox.close()
    }

    /// - Returns: whether there was room for it.
    @discardableResult
    public func post(_ job: Job) -> Bool {
        mailbox.post(job)
    }

    /// Takes nothing any more; the thread ends after what waits.
    public func stop() {
        mailbox.close()
    }

    /// Returns when the thread has ended; after ``stop()``.
    public func join() {
        thread.join()
    }
}
