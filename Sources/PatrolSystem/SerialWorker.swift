import Synchronization

/// A thread for what blocks in C: it does one job after the other, and sleeps while there is none.
public final class SerialWorker<Job: Sendable>: Sendable {
    private let mailbox: Mailbox<Job>
    private let thread: NativeThread
    private let isStopping: SharedFlag

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
        let isStopping = SharedFlag()
        self.mailbox = mailbox
        self.isStopping = isStopping
        thread = try NativeThread(name: name) {
            while true {
                wake.wait(for: nil)
                wake.clear()
                mailbox.take().elements.forEach(perform)
                if isStopping.isSet { return }
            }
        }
    }

    deinit {
        isStopping.set()
        mailbox.close()
    }

    /// - Returns: whether there was room for it.
    @discardableResult
    public func post(_ job: Job) -> Bool {
        mailbox.post(job)
    }

    /// Takes nothing any more; the thread ends after what waits.
    public func stop() {
        isStopping.set()
        mailbox.close()
    }

    /// Returns when the thread has ended; after ``stop()``.
    public func join() {
        thread.join()
    }
}

/// A switch that goes one way only.
final class SharedFlag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() {
        value.store(true, ordering: .releasing)
    }
}
