import PatrolCore
import Synchronization

@testable import PatrolControl

/// A cart without thread, disk and receiver: what it records is durable at once, or becomes what ``durability`` says.
final class VirtualCart: CartAccess {
    private struct State {
        var cart: Cart
        var lastCommand: UInt64 = 0
        var commands: [Command] = []
        var origins: [CommandOrigin] = []
    }

    private let state: Mutex<State>
    private let durability: Durability
    /// Whether too many orders wait.
    private let isFull: Bool
    private let now = Instant(millisecondsSinceBoot: 10_000)

    init(durability: Durability = .durable, isFull: Bool = false, _ change: (inout CartSettings) -> Void = { _ in }) {
        var settings = CartSettings(position: .init(buildDate: WallTime(millisecondsSince1970: 0)), bootID: "boot")
        change(&settings)
        var cart = Cart(settings: settings, memory: CartMemory(), at: now)
        _ = cart.handle(.started(version: "1", lastRunEndedWithoutStop: false), at: now)
        state = Mutex(State(cart: cart))
        self.durability = durability
        self.isFull = isFull
    }

    /// What it was ordered.
    var commands: [Command] { state.withLock { $0.commands } }

    /// By whom.
    var origins: [CommandOrigin] { state.withLock { $0.origins } }

    func snapshot(looksAround: Bool) async -> CartSnapshot? { state.withLock { $0.cart.snapshot(at: now) } }

    func perform(_ command: Command, from origin: CommandOrigin) -> AsyncStream<CommandProgress> {
        let (progress, continuation) = AsyncStream.makeStream(of: CommandProgress.self)
        defer { continuation.finish() }
        guard !isFull else { return progress }
        let replies = state.withLock { state in
            state.lastCommand += 1
            state.commands.append(command)
            state.origins.append(origin)
            return drive(&state.cart, .command(CommandID(rawValue: state.lastCommand), command, origin))
        }
        for reply in replies { continuation.yield(reply) }
        return progress
    }

    private func drive(_ cart: inout Cart, _ input: Cart.Input) -> [CommandProgress] {
        var inputs = [input]
        var progress: [CommandProgress] = []
        while !inputs.isEmpty {
            for action in cart.handle(inputs.removeFirst(), at: now) {
                switch action {
                case .record(let id, _, _): inputs.append(.recorded(id, durability))
                case .reply(_, let reply): progress.append(.reply(reply))
                case .conclude(_, let conclusion): progress.append(.concluded(conclusion))
                default: break
                }
            }
        }
        return progress
    }
}
