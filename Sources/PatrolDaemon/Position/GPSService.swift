import PatrolVehicle
import ServiceLifecycle

/// Runs the receiver's thread from the start to the stop.
struct GPSService: Service {
    let receiver: GPSReceiver

    func run() async throws {
        try receiver.start()
        // Ends with the graceful shutdown or with the cancellation; either way the thread is stopped.
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            // Another service failed; the stop below is the same.
        }
        receiver.stop()
    }
}
