import Logging
import PatrolControl
import PatrolCore
import PatrolService
import PatrolVehicle
import ServiceLifecycle

/// Reads the kernel's clock for the cart until the stop.
struct KernelClockService: Service {
    let cart: CartLoop
    let logger: Logger

    func run() async throws {
        if let refusal = KernelClock.refusal() {
            // The clock is then trusted by GPS alone, which a cart can live with.
            logger.warning(
                "the kernel does not say whether NTP holds its clock",
                metadata: ["error": "\(refusal)"]
            )
        }
        let watcher = KernelClockWatcher { [cart] in cart.post(.kernelClock($0)) }
        try watcher.start()
        await Shutdown.began()
        watcher.stop()
    }
}

/// Stops the cart when its turn has come: the loudspeaker falls silent, and the stop goes on record.
struct CartService: Service {
    let cart: CartLoop

    func run() async throws {
        await Shutdown.began()
        await cart.stop()
    }
}

/// Says that the stop began, and ends what would keep the socket's server waiting: streams for their readers, and those
/// who wait for the end of a clip.
struct StopNotice: Service {
    let notification: ServiceNotification
    let stream: StreamHub
    let cart: CartLoop
    let wish: ReloadService.Wish
    let limit: StopLimit

    func run() async throws {
        await Shutdown.began()
        limit.begin()
        if !wish.restarts { notification.stopping(status: "committing and uploading what can be uploaded") }
        stream.finish()
        cart.concludeAll()
    }
}

enum Shutdown {
    /// Returns when the graceful shutdown begins, or another service has failed: either way the rest stops in the same order.
    static func began() async {
        do {
            try await gracefulShutdown()
        } catch {
            // Cancelled: another service failed.
        }
    }
}
