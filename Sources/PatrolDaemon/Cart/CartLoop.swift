import Logging
import PatrolControl
import PatrolCore
import PatrolSystem
import PatrolVehicle
import Synchronization

/// Drives the ``Cart``: one thread that waits for gpsd, for its mailbox and for one deadline, tells the cart what came, and
/// does what it says. Nobody else touches the cart.
///
/// Nothing here waits for a disk, a device or the network: what may block has a thread of its own and posts what came of it.
/// The exception is a host name of gpsd, which the system's resolver looks up in its own time.
final class CartLoop: CartAccess {
    /// Far more than people can press at once.
    private static let maximumCommands = 64

    /// Read by the loop's thread only, or by a test of a shell in its place.
    let mailbox: Mailbox<CartMessage>
    /// Readable while something waits in the mailbox.
    let wake: WakeDescriptor
    private let lastSnapshot = Mutex<CartSnapshot?>(nil)
    private let ends: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation

    /// - Throws: what the system lacks: descriptors.
    init() throws(SystemCallError) {
        wake = try WakeDescriptor()
        mailbox = Mailbox(bound: Self.maximumCommands, whenFull: .refusesNewest, wakes: wake)
        (ends, end) = AsyncStream.makeStream()
    }

    // MARK: For everybody

    /// Tells the cart what came of something that it ordered, or what is so now.
    func post(_ input: Cart.Input) {
        mailbox.postReport(.input(input))
    }

    /// Gives an order.
    /// - Returns: the reply and, for a clip that is accepted, how it ended; nothing if too many orders wait, or the daemon
    ///   stops.
    func perform(_ command: Command, from origin: CommandOrigin) -> AsyncStream<CommandProgress> {
        let (progress, continuation) = AsyncStream.makeStream(of: CommandProgress.self)
        if !mailbox.post(.command(command, origin, continuation)) { continuation.finish() }
        return progress
    }

    /// The cart at this moment.
    /// - Parameter looksAround: whether it is a moment to see if light and player are as they should be.
    func snapshot(looksAround: Bool = false) async -> CartSnapshot? {
        await withCheckedContinuation { continuation in
            let question = CartMessage.question(looksAround: looksAround) { continuation.resume(returning: $0) }
            if !mailbox.postReport(question) { continuation.resume(returning: lastSnapshot.withLock { $0 }) }
        }
    }

    /// Calls when the loop has come so far.
    func ask(_ answer: @escaping @Sendable () -> Void) {
        mailbox.postReport(.question(looksAround: false) { _ in answer() })
    }

    /// No one may wait any longer for the end of a clip.
    func concludeAll() {
        post(.concludeAll)
    }

    // MARK: Its life

    /// Starts the thread that drives the cart.
    /// - Parameters:
    ///   - host: gpsd's.
    ///   - port: gpsd's.
    ///   - logger: for what is worth a line and not on record.
    /// - Throws: what the system lacks: threads.
    func start(
        _ cart: Cart,
        host: String,
        port: UInt16,
        shells: CartShells,
        clocks: Clocks,
        logger: Logger
    ) throws(SystemCallError) {
        let (mailbox, wake) = (mailbox, wake)
        // It ends by itself, and tells so.
        _ = try NativeThread(name: "cart") { [weak self] in
            var driver = CartDriver(cart, host: host, port: port, shells: shells, clocks: clocks, logger: logger)
            driver.run(mailbox, wake)
            self?.ended(driver.snapshot)
        }
    }

    private func ended(_ snapshot: CartSnapshot) {
        lastSnapshot.withLock { $0 = snapshot }
        mailbox.close()
        // Who asked last gets the last answer.
        for message in mailbox.take().elements {
            switch message {
            case .question(_, let answer): answer(snapshot)
            case .command(_, _, let progress): progress.finish()
            case .input, .stop: break
            }
        }
        end.finish()
    }

    /// Lets the loudspeaker fall silent and records the stop; returns when that is done.
    func stop() async {
        mailbox.postReport(.stop)
        for await _ in ends {}
    }
}

/// What is posted to the loop.
enum CartMessage: Sendable {
    case input(Cart.Input)
    case command(Command, CommandOrigin, AsyncStream<CommandProgress>.Continuation)
    case question(looksAround: Bool, answer: @Sendable (CartSnapshot) -> Void)
    case stop
}
