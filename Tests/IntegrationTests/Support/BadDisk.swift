import DiskPreload
import Foundation
import Glibc
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

/// The disk of a chain: its journal, its secrets and whatever else lies in its folder, until a test says otherwise.
final class BadDisk {
    static var isPossible: Bool { Surroundings.hasPrograms && DiskPreload.isPossible }
    static let notPossible: Comment = "PATROLD_PROGRAMS is not set, gpsd is not installed, or there is no C compiler"

    /// For ``Chain/startPatrold(environment:)``.
    var environment: [String: String] { preload.environment }
    private let folder: TemporaryFolder
    private let preload: DiskPreload

    init(of chain: Chain) throws {
        folder = try TemporaryFolder()
        preload = try DiskPreload(in: folder.path, watching: [chain.folder.path])
    }

    func set(_ fault: DiskPreload.Fault, of calls: [DiskPreload.Call], on part: String = "/journal/") throws {
        try preload.set(fault, of: calls, on: part)
    }

    /// Each sync of the journal lasts so long.
    func setSyncs(seconds: Int) throws {
        try set(.delay(milliseconds: seconds * 1000), of: [.sync])
    }

    func heal() throws {
        try preload.heal()
    }
}

/// What was answered to an order, and after how long.
struct OrderAnswer: CustomStringConvertible {
    enum Kind: String {
        case done
        /// Accepted, not durable.
        case kept
        case notTaken
    }

    var kind: Kind
    var took: Duration

    var description: String { "\(kind) after \(took)" }

    /// As the documents say it, and what a busy machine takes besides.
    static let limit = Duration.milliseconds(5500)
}

extension Chain {
    /// The socket of the cart, for several who ask at a time.
    var cart: CartSocket { CartSocket(path: socket) }
}

/// The socket of a running patrold.
struct CartSocket: Sendable {
    let path: String

    func mark(_ text: String) async throws -> OrderAnswer {
        try await measure { _ = try await $0.order(CommandAnswer.self, .marks, MarkCommand(text: text)) }
    }

    func mute() async throws -> OrderAnswer {
        try await measure { _ = try await $0.order(CommandAnswer.self, .mute, MuteCommand(until: nil)) }
    }

    func startDuty() async throws -> OrderAnswer {
        try await measure { _ = try await $0.order(DutyReport.self, .duty, DutyCommand(kind: "visit", officer: nil)) }
    }

    private func measure(_ order: @Sendable (ControlClient) async throws -> Void) async throws -> OrderAnswer {
        try await ControlClient.with(socketPath: path) { client in
            let begin = ContinuousClock.now
            var kind = OrderAnswer.Kind.done
            do {
                try await order(client)
            } catch ControlClient.Failure.refused(let error) where error.code == .notDurable {
                kind = error.message.contains("NOT taken") ? .notTaken : .kept
            }
            return OrderAnswer(kind: kind, took: ContinuousClock.now - begin)
        }
    }

    /// Asks for the status again and again for so long.
    /// - Returns: the longest wait for an answer, and how many fixes were accepted meanwhile.
    func askForStatus(seconds: Double) async throws -> (longest: Duration, fixes: Int64) {
        try await ControlClient.with(socketPath: path) { client in
            let end = ContinuousClock.now + .seconds(seconds)
            let before = try await client.get(StatusReport.self, .status).gps.accepted
            var after = before
            var longest = Duration.zero
            while ContinuousClock.now < end {
                let begin = ContinuousClock.now
                after = try await client.get(StatusReport.self, .status).gps.accepted
                longest = max(longest, ContinuousClock.now - begin)
                // A person's watch, not a load.
                try await Task.sleep(for: .milliseconds(100))
            }
            return (longest, after - before)
        }
    }
}

extension Chain {
    /// Waits until nothing is in memory only, with a health that says so.
    func awaitGoodJournal(within seconds: Double) async throws {
        try await eventually("the journal is well again", within: seconds) {
            let journal = try await status().journal
            return journal.uncommitted == 0 && journal.error == nil
        }
    }

    func health(_ name: String) async throws -> HealthReport.Check {
        let report = try await ControlClient.with(socketPath: socket) { try await $0.get(HealthReport.self, .health) }
        return try #require(report.checks.first { $0.name == name })
    }

    /// The texts of the marks in the journal.
    func markTexts() async throws -> Set<String> {
        Set(
            try await events(kind: "mark").compactMap { event in
                guard case .string(let text)? = event.details["text"]?.value else { return nil }
                return text
            }
        )
    }
}
