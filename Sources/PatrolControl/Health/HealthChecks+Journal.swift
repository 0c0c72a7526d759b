import PatrolAPI
import PatrolCore
import PatrolJournal

extension HealthChecks {
    /// A commit takes milliseconds; one that takes longer than this is a disk that somebody should look at.
    static let commitPatience = Duration.seconds(10)

    static func journal(_ health: JournalHealth, at now: Instant) -> HealthReport.Check {
        let fault = fault(health, at: now)
        let rest = [remainder(health), free(health)].compactMap(\.self)
        return HealthReport.Check(
            name: "journal",
            state: fault == nil ? .ok : .degraded,
            message: ([
                fault ?? "\(health.durable.events.rawValue) events and \(health.durable.positions.rawValue) positions"
            ] + rest).joined(separator: "; ")
        )
    }

    /// What is wrong in this run, the worst first.
    private static func fault(_ health: JournalHealth, at now: Instant) -> String? {
        let lost = health.droppedEvents + health.droppedPositions
        if let failure = health.failure {
            let seconds = health.failingSince.map { (now - $0).milliseconds / 1000 } ?? 0
            return "nothing gets onto the disk for \(seconds) s: \(failure); \(waiting(health, at: now)), \(lost) lost"
        }
        if let slow = health.slowCommit(at: now) {
            let isWaiting = health.committingSince != nil
            let seconds = slow.milliseconds / 1000
            let what =
                slow > JournalHealth.hangingCommit && isWaiting
                ? "the disk hangs: it has not taken a commit for \(seconds) s"
                : "the disk is slow: a commit \(isWaiting ? "has been waiting for" : "took") \(seconds) s"
            return "\(what); \(waiting(health, at: now)), \(lost) lost"
        }
        if let reason = health.inMemoryBecause {
            return "records are kept in memory only, and lost with the power: \(reason)"
        }
        if let since = health.uncommittedSince, now - since > health.commitInterval + commitPatience {
            return "the disk is slow: \(waiting(health, at: now))"
        }
        if let failure = health.clearingFailure { return "the journal cannot be kept within its bounds: \(failure)" }
        if !health.incidents.isEmpty { return health.incidents.joined(separator: "; ") }
        guard lost > 0 else { return nil }
        return
            "\(health.droppedEvents) events and \(health.droppedPositions) positions were lost while the disk refused "
            + "them"
    }

    private static func waiting(_ health: JournalHealth, at now: Instant) -> String {
        let age = health.uncommittedSince.map { ", the oldest for \((now - $0).milliseconds / 1000) s" } ?? ""
        return "\(health.pendingEvents) events and \(health.pendingPositions) positions wait in memory\(age)"
    }

    /// Of all runs: what the station may not have and the journal does not hold. No fault of now.
    private static func remainder(_ health: JournalHealth) -> String? {
        let parts = Lane.allCases.compactMap { lane -> String? in
            let reasons = health.lost[lane].sorted { $0.key.rawValue < $1.key.rawValue }
            guard !reasons.isEmpty else { return nil }
            let words = reasons.map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
            return "\(lane.rawValue) gone for good: \(words)"
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    private static func free(_ health: JournalHealth) -> String? {
        health.freeBytes.map { "\($0 >> 20) MiB free" }
    }
}
