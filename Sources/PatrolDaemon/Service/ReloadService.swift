import Logging
import PatrolConfiguration
import PatrolControl
import PatrolService
import PatrolSystem
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Puts a changed configuration in force when SIGHUP says so: a file with mistakes changes nothing and is told in log and
/// health; with a good one the daemon stops in order and starts anew in the same process.
struct ReloadService: Service {
    /// Whether the stop is the first half of a restart.
    final class Wish: Sendable {
        private let isGranted = Atomic(false)

        var restarts: Bool { isGranted.load(ordering: .relaxed) }

        fileprivate func grant() {
            isGranted.store(true, ordering: .relaxed)
        }
    }

    /// The configuration's file.
    let path: String
    let wish: Wish
    let outcome: ReloadOutcome
    let notification: ServiceNotification
    let logger: Logger

    /// Returns when the daemon shall start anew; then the others stop.
    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            notification.reloading(at: MonotonicClock.microseconds(), status: "reading \(path)")
            guard let refusal = await refusal() else {
                logger.notice("starting anew with the configuration on disk", metadata: ["path": "\(path)"])
                return wish.grant()
            }
            outcome.refuse(because: refusal.description)
            for problem in refusal.problems {
                logger.error(
                    "configuration refused, the one before stays in force",
                    metadata: ["problem": "\(problem)"]
                )
            }
            notification.ready(status: "running with the configuration of the start: \(path) has mistakes")
        }
        // The stop came first.
        await Shutdown.began()
    }

    /// What is wrong with the file; on a thread of its own, for a disk may hang.
    private func refusal() async -> ConfigurationError? {
        await withCheckedContinuation { continuation in
            let read: @Sendable () -> Void = { [path] in
                do throws(ConfigurationError) {
                    _ = try Configuration.load(path: path)
                    continuation.resume(returning: nil)
                } catch {
                    continuation.resume(returning: error)
                }
            }
            do {
                _ = try NativeThread(name: "reload", body: read)
            } catch {
                let problem = ConfigurationProblem(key: "", message: "cannot be read now: \(error)")
                continuation.resume(returning: ConfigurationError(path: path, problems: [problem]))
            }
        }
    }
}
