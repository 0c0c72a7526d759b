import Logging
import PatrolCore
import PatrolService
import PatrolSystem
import ServiceLifecycle

/// Tells the service manager that the daemon goes on, as long as each of its parts does: whatever stands still for good is
/// ended and started anew.
///
/// A receiver that is absent, a station that does not answer and a disk that is slow are no stalls: those parts wait, and
/// wait with an end.
struct Watchdog: Service {
    /// A part of the daemon that must go on.
    struct Part: Sendable {
        let name: String
        /// In times of the service manager's patience.
        let patience: Int
        let progress: ProgressCounter
        /// Makes a part that has nothing to do count one step; never waits.
        let ask: @Sendable () -> Void
    }

    /// How long the service manager waits; `nil` if it does not.
    let time: Duration?
    let parts: [Part]
    let notification: ServiceNotification
    let now: @Sendable () -> Instant
    let logger: Logger

    /// Until the stop.
    func run() async throws {
        guard let time else { return await Shutdown.began() }
        do {
            try await cancelWhenGracefulShutdown {
                var watch = ProgressWatch(parts.map { ($0.name, time * $0.patience) }, at: now())
                var told: Set<String> = []
                while true {
                    look(&watch, &told)
                    // sd_watchdog_enabled(3) recommends half of the time.
                    try await Task.sleep(for: time / 2)
                }
            }
        } catch is CancellationError {
            // The stop, for which the service manager has a time of its own.
        }
    }

    private func look(_ watch: inout ProgressWatch, _ told: inout Set<String>) {
        let (stalls, answered) = watch.look(parts.map(\.progress.count), at: now())
        answered.forEach { parts[$0].ask() }
        if stalls.isEmpty { return notification.alive() }
        for stall in stalls where told.insert(stall.part).inserted {
            let seconds = stall.duration.milliseconds / 1000
            notification.status("the \(stall.part) stands still for \(seconds) s: waiting to be started anew")
            logger.critical("a part stands still", metadata: ["part": "\(stall.part)", "seconds": "\(seconds)"])
        }
    }
}

extension Composition {
    /// The loop and the journal may wait for a name server or a disk that hangs; an upload for an attempt, 30 s, and the
    /// journal after it.
    var watchedParts: [Watchdog.Part] {
        let loop = ProgressCounter()
        return [
            Watchdog.Part(name: "cart's loop", patience: 2, progress: loop) { [cart] in cart.ask { loop.advance() } },
            Watchdog.Part(name: "journal", patience: 2, progress: writer.progress) { [writer] in writer.ask() },
        ]
            + uploaders.map { uploader in
                Watchdog.Part(name: "upload to \(uploader.name)", patience: 4, progress: uploader.progress) {
                    uploader.mailbox.post(.question)
                }
            }
    }
}
