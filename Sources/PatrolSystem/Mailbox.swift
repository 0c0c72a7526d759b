import Synchronization

/// Where many post and one reads: the only way from one thread, or task, of the daemon to another.
///
/// It has a bound and a rule for what lies beyond it. The reader is woken once, however much was posted, and takes all of it.
public final class Mailbox<Element: Sendable>: Sendable {
    /// What becomes of an element for which there is no room.
    public enum Overflow: Sendable {
        /// It is refused; whoever posts it is told.
        case refusesNewest
        /// It takes the place of the oldest one; the reader is told how many were lost.
        case dropsOldest
    }

    /// How the reader waits.
    private enum Signal: Sendable {
        case descriptor(WakeDescriptor)
        case stream(AsyncStream<Void>.Continuation)
    }

    private struct State {
        var elements: [Element] = []
        var dropped = 0
        var isClosed = false
    }

    private let bound: Int
    private let overflow: Overflow
    private let signal: Signal
    private let state = Mutex(State())

    /// For a reader that is a task: one element, however much was posted; it ends with ``close()``.
    public let arrivals: AsyncStream<Void>

    /// For a reader that is a task.
    /// - Parameter bound: 1 or more.
    public init(bound: Int, whenFull overflow: Overflow) {
        self.bound = bound
        self.overflow = overflow
        let (arrivals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.arrivals = arrivals
        signal = .stream(continuation)
    }

    /// For a reader that waits for a descriptor. It has to ``WakeDescriptor/clear()`` it before it takes.
    /// - Parameter bound: 1 or more.
    public init(bound: Int, whenFull overflow: Overflow, wakes descriptor: WakeDescriptor) {
        self.bound = bound
        self.overflow = overflow
        signal = .descriptor(descriptor)
        arrivals = AsyncStream { $0.finish() }
    }

    /// Puts an element behind the others.
    /// - Returns: whether it was taken.
    @discardableResult
    public func post(_ element: Element) -> Bool {
        put { state in
            if state.elements.count >= bound {
                guard overflow == .dropsOldest else { return false }
                state.elements.removeFirst()
                state.dropped += 1
            }
            state.elements.append(element)
            return true
        }
    }

    /// Puts an element in the place of one that it makes obsolete, or behind the others: of a level only the newest counts, so
    /// that these need no bound.
    /// - Returns: whether it was taken; `false` after the end only.
    @discardableResult
    public func post(_ element: Element, replacing isObsolete: (Element) -> Bool) -> Bool {
        put { state in
            if let index = state.elements.firstIndex(where: isObsolete) {
                state.elements[index] = element
            } else {
                state.elements.append(element)
            }
            return true
        }
    }

    /// Puts an element behind the others whatever the bound says: the answer to something that was itself bounded.
    /// - Returns: whether it was taken; `false` after the end only.
    @discardableResult
    public func postReport(_ element: Element) -> Bool {
        put { state in
            state.elements.append(element)
            return true
        }
    }

    private func put(_ change: (inout State) -> Bool) -> Bool {
        let (isTaken, wakes) = state.withLock { state -> (Bool, Bool) in
            guard !state.isClosed else { return (false, false) }
            let wasEmpty = state.elements.isEmpty
            return (change(&state), wasEmpty)
        }
        if isTaken, wakes { wakeReader() }
        return isTaken
    }

    private func wakeReader() {
        switch signal {
        case .descriptor(let descriptor): descriptor.wake()
        case .stream(let continuation): continuation.yield()
        }
    }

    /// All that was posted since the last call, in order, and how much was lost for want of room.
    public func take() -> (elements: [Element], dropped: Int) {
        state.withLock { state in
            defer {
                state.elements = []
                state.dropped = 0
            }
            return (state.elements, state.dropped)
        }
    }

    /// Whether nothing is taken any more.
    public var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Nothing is taken any more; what waits can still be read.
    public func close() {
        state.withLock { $0.isClosed = true }
        switch signal {
        case .descriptor(let descriptor): descriptor.wake()
        case .stream(let continuation): continuation.finish()
        }
    }
}
