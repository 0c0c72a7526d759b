import Foundation
import PatrolCore
import Testing

@testable import PatrolJournal

/// What became of the states that were opened.
struct CutVerdict: CustomStringConvertible {
    private(set) var tried = 0
    private(set) var opened = 0
    /// What was not as it must be, with the place.
    private(set) var problems: [String] = []
    private var different: Set<Int> = []
    private var newIdentities = 0
    private var slowest = Duration.zero

    var description: String {
        "\(opened) of \(tried) states opened, \(different.count) of them different, \(newIdentities) under a new identity, "
            + "the slowest within \(slowest)"
            + problems.prefix(5).map { "\n  \($0)" }.joined()
    }

    private mutating func expect(_ isTrue: Bool, _ problem: @autoclosure () -> String, _ place: String) {
        if !isTrue { problems.append("\(place): \(problem())") }
    }

    /// Opens what is left and holds it against the promises.
    /// - Parameter left: the contents of the journal's folder, by names.
    mutating func look(at left: [String: [UInt8]], _ promised: CutPromises, _ place: String) async throws {
        let folder = try TemporaryFolder()
        for (name, bytes) in left { try Data(bytes).write(to: URL(fileURLWithPath: folder.path + "/" + name)) }
        tried += 1
        different.insert(left.hashValue)
        do {
            let begin = ContinuousClock.now
            let after = try Bench(in: folder, bootID: "after")
            let took = ContinuousClock.now - begin
            opened += 1
            slowest = max(slowest, took)
            expect(took < .seconds(2), "opened after \(took)", place)
            try await look(at: after, promised, place)
            try await after.journal.checkInvariants()
            try await lookAtNewNumbers(after, promised, place)
            try await after.journal.close()
        } catch {
            problems.append("\(place): \(error)")
        }
    }

    private mutating func look(at after: Bench, _ promised: CutPromises, _ place: String) async throws {
        var events: [Int64: String] = [:]
        for event in try await after.allEvents() {
            guard case .string(let reason)? = event.recorded.record.details["reason"] else { continue }
            events[event.recorded.sequence.rawValue] = reason
        }
        for (number, reason) in promised.events {
            expect(events[number] == reason, "event \(number), \(reason), is \(events[number] ?? "gone")", place)
        }
        let positions = try await after.allPositions().map(\.recorded)
        expect(
            positions.count >= promised.lastPosition,
            "\(positions.count) of \(promised.lastPosition) positions",
            place
        )
        let altered = positions.first { $0.sequence.rawValue != $0.record.odometerMetres }
        expect(altered == nil, "position \(altered?.sequence.rawValue ?? 0) is another", place)
    }

    /// A new record's number was never given under its identity.
    private mutating func lookAtNewNumbers(_ after: Bench, _ promised: CutPromises, _ place: String) async throws {
        let event = try await after.journal.append(after.event("new"))
        after.drive(1...1)
        try await after.journal.commit()
        let isNew = "\(after.journal.id)" != promised.journalID
        if isNew && !promised.journalID.isEmpty { newIdentities += 1 }
        let position = after.journal.health.durable.positions.rawValue
        expect(isNew || event.rawValue > promised.events.keys.max() ?? 0, "event \(event) is given again", place)
        expect(isNew || position > promised.lastPosition, "position \(position) is given again", place)
    }
}
