import DiskPreload
import Foundation
import Glibc
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

/// A disk that refuses, at ten fixes a second: for some seconds and in one way, or with PATROLD_TORTURE for a minute and in
/// many.
@Suite("A disk that refuses", .enabled(if: BadDisk.isPossible && Surroundings.testData != nil, BadDisk.notPossible))
struct RefusingDiskTests {
    private static let isTorture = ProcessInfo.processInfo.environment["PATROLD_TORTURE"] != nil
    private static let seconds = isTorture ? 60.0 : 6.0

    struct Refusal: Sendable, CustomTestStringConvertible {
        var name: String
        var code: Int32
        var calls: [DiskPreload.Call]
        var testDescription: String { "\(name) of \(calls.map(\.rawValue).joined(separator: ", "))" }
    }

    static let refusals = isTorture ? all : Array(all.prefix(1))
    static let refusalsAtStop = isTorture ? all : Array(all.suffix(1))
    private static let all = [
        Refusal(name: "EIO", code: EIO, calls: [.sync]),
        Refusal(name: "ENOSPC", code: ENOSPC, calls: [.create, .write, .allocate]),
        Refusal(name: "EIO", code: EIO, calls: [.write, .sync]),
        Refusal(name: "EDQUOT", code: EDQUOT, calls: [.create, .write, .allocate]),
        Refusal(
            name: "EROFS",
            code: EROFS,
            calls: [.create, .openForWriting, .write, .truncate, .allocate, .sync, .remove]
        ),
    ]

    @Test(
        "Everything goes on in memory, answers say so, and it is written as soon as the disk takes it",
        arguments: refusals
    )
    func refuses(refusal: Refusal) async throws {
        let track = try #require(Surroundings.testData) + "/tracks/ride-10km-1hz.gpx"
        let chain = try Chain()
        // Ten times as fast as it was ridden: ten fixes a second.
        let position = "moving_interval = \"0s\"\nparked_interval = \"0s\"\nmax_speed_mps = 400"
        try chain.configure(position: position, upload: nil)
        let disk = try BadDisk(of: chain)
        try await chain.startReceiver(["gpx", track, "--speed-up", "10"])
        try await chain.startPatrold(environment: disk.environment)
        try await eventually("some positions are durable", within: 30) {
            try await chain.status().journal.positions >= 10
        }
        #expect(try await chain.cart.mark("before").kind == .done)

        try disk.set(.error(refusal.code), of: refusal.calls)
        let cart = chain.cart
        async let watched = cart.askForStatus(seconds: Self.seconds)
        let duty = try await chain.cart.startDuty()
        var marks: [String: OrderAnswer] = [:]
        for number in 1...20 { marks["\(number)"] = try await chain.cart.mark("\(number)") }
        let health = try await chain.health("journal")
        let (longest, fixes) = try await watched
        let slowest = try #require(marks.values.map(\.took).max())
        print(
            "\(refusal.testDescription): \(fixes) fixes in \(Self.seconds) s, status within \(longest), "
                + "marks within \(slowest); \(health.message)"
        )
        #expect(duty.kind == .kept && duty.took <= OrderAnswer.limit)
        #expect(marks.values.allSatisfy { $0.kind == .kept && $0.took <= OrderAnswer.limit })
        #expect(longest <= .milliseconds(500))
        #expect(Double(fixes) >= Self.seconds * 8)
        #expect(health.state == .degraded)

        try disk.heal()
        let accepted = try await chain.status().gps.accepted
        try await chain.awaitGoodJournal(within: 10)
        #expect(try await chain.cart.mark("after").kind == .done)
        chain.patrold?.kill()
        try await chain.startPatrold()
        #expect(try await chain.markTexts() == Set(marks.keys).union(["before", "after"]))
        #expect(try await chain.status().duty.kind == "visit")
        let kept = try await chain.positions()
        #expect(kept.count >= Int(accepted))
        #expect(kept.map(\.sequence) == (0..<kept.count).map { Int64($0 + 1) })
    }

    @Test("It also stops in time while the disk refuses", arguments: refusalsAtStop)
    func stops(refusal: Refusal) async throws {
        let chain = try Chain()
        try chain.configure(upload: nil)
        let disk = try BadDisk(of: chain)
        try await chain.startPatrold(environment: disk.environment)
        #expect(try await chain.cart.mark("before").kind == .done)
        try disk.set(.error(refusal.code), of: refusal.calls)
        #expect(try await chain.cart.mark("kept").kind == .kept)
        let begin = ContinuousClock.now
        _ = try await chain.patrold?.stop(within: 30)
        let took = ContinuousClock.now - begin
        print("\(refusal.testDescription): stop after \(took)")
        #expect(took <= OrderAnswer.limit)
        try await chain.startPatrold()
        #expect(try await chain.markTexts().contains("before"))
    }
}
