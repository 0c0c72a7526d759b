import PatrolCore
import PatrolSystem
import Synchronization
import Testing

@testable import PatrolDaemon

/// A cart whose thread is never started: the test reads in its place what a shell tells the cart.
final class CartInbox: Sendable {
    let cart: CartLoop
    private let read = Mutex((inputs: [Cart.Input](), next: 0))

    init() throws {
        cart = try CartLoop()
    }

    /// All that was told so far, in order.
    var inputs: [Cart.Input] {
        cart.wake.clear()
        let news = cart.mailbox.take().elements.compactMap { if case .input(let input) = $0 { input } else { nil } }
        return read.withLock { read in
            read.inputs += news
            return read.inputs
        }
    }

    /// What was told next that `choose` gives something for; the others before it are passed over.
    func next<Value: Sendable>(
        _ what: Comment,
        within limit: Duration = .seconds(20),
        sourceLocation: SourceLocation = #_sourceLocation,
        _ choose: (Cart.Input) -> Value?
    ) async throws -> Value {
        let end = Clocks.system.now() + limit
        while true {
            let inputs = inputs
            let begin = read.withLock { $0.next }
            for index in begin..<inputs.count {
                guard let value = choose(inputs[index]) else { continue }
                read.withLock { $0.next = index + 1 }
                return value
            }
            read.withLock { $0.next = inputs.count }
            let rest = end - Clocks.system.now()
            try #require(rest > .zero, what, sourceLocation: sourceLocation)
            // On a thread of its own: the pool's are few.
            try await withCheckedThrowingContinuation { continuation in
                do throws(SystemCallError) {
                    _ = try NativeThread(name: "inbox") { [wake = cart.wake] in
                        wake.wait(for: rest)
                        continuation.resume()
                    }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }

    /// How the play ended.
    func end(of id: PlayID, sourceLocation: SourceLocation = #_sourceLocation) async throws -> PlayEnd {
        try await next("play \(id.rawValue) does not end", sourceLocation: sourceLocation) {
            if case .playEnded(id, let end) = $0 { end } else { nil }
        }
    }

    /// How many ends were told of a play.
    func ends(of id: PlayID) -> Int {
        inputs.count { if case .playEnded(id, _) = $0 { true } else { false } }
    }

    /// What the next look at the clips found.
    func findings(sourceLocation: SourceLocation = #_sourceLocation) async throws -> ClipFindings {
        try await next("nothing is told of the clips", sourceLocation: sourceLocation) {
            if case .clipsChecked(let findings) = $0 { findings } else { nil }
        }
    }
}
