import Glibc
import Logging
import PatrolJournal
import PatrolSystem

/// Ends the process if its stop takes too long: a disk whose syncs last for a minute must not hold up a shutdown until somebody
/// turns the key.
///
/// What was answered as durable is on disk by then. What is not is told in the log, in numbers; the next start tells that
/// this run ended without a stop.
struct StopLimit: Sendable {
    /// A good disk needs a tenth of a second, receivers that do not answer 5 s; systemd waits for 20 s.
    static let limit = Duration.seconds(9)

    let writer: JournalWriter
    let logger: Logger

    /// The stop has begun.
    func begin() {
        do {
            // Nobody joins it: it ends the process, or with it.
            _ = try NativeThread(name: "stop-limit") { end() }
        } catch {
            logger.warning("the stop has no limit", metadata: ["error": "\(error)"])
        }
    }

    private func end() {
        var rest = timespec(tv_sec: Int(Self.limit.components.seconds), tv_nsec: 0)
        // No signal comes between: they are blocked in this thread.
        nanosleep(&rest, nil)
        let health = writer.journal.health
        logger.error(
            "stopped before the disk had taken everything: what is not on disk may be lost",
            metadata: [
                "events": "\(max(writer.undecidedEvents, health.pendingEvents))",
                "positions": "\(health.pendingPositions)", "after": "\(Self.limit.components.seconds) s",
            ]
        )
        // Not exit(3): its handlers may wait for the same disk.
        _exit(EXIT_FAILURE)
    }
}
