import Logging
import PatrolVehicle
import ServiceLifecycle

/// Watches the kernel's clock from the start to the stop.
struct KernelClockService: Service {
    let watcher: KernelClockWatcher
    let logger: Logger

    func run() async throws {
        if let refusal = KernelClock.refusal() {
            // The clock is then trusted by GPS alone, which a cart can live with.
            logger.warning("the kernel does not say whether NTP holds its clock", metadata: ["error": "\(refusal)"])
        }
        try watcher.start()
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            // Another service failed; the stop below is the same.
        }
        watcher.stop()
    }
}
