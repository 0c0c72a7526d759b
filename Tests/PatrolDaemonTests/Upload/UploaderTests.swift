import Foundation
import NIOPosix
import PatrolCore
import PatrolSystem
import PatrolUplink
import PatrolWire
import ServiceLifecycle
import Testing

@testable import PatrolDaemon
@testable import PatrolJournal

@Suite("An uploader and a station on the loopback")
struct UploaderTests {
    private static let refusal = LoopbackStation.Answer.refuse(400, message: "no such kind")

    /// A cart with a real journal, and the uploader that serves the station.
    private struct Rig {
        let cart: CartRig
        let mailbox: UploadMailbox
        let board: UploadBoard
        let group: ServiceGroup

        var status: UploadStatus? { board.destinations.first?.status }

        func waiting() async throws -> Int64 { try await cart.journal.backlog(of: "station").events.count }

        /// Numbers of all events of the journal.
        func recorded() async throws -> [Int64] {
            try await cart.journal.events(HistoryQuery(limit: 1000)).map(\.recorded.sequence.rawValue)
        }
    }

    private func run(
        _ station: LoopbackStation,
        attemptTimeout: Duration = .seconds(20),
        _ change: (inout UploadSettings) -> Void = { _ in },
        _ body: (Rig) async throws -> Void
    ) async throws {
        let mailbox = UploadMailbox()
        var settings = UploadSettings(
            movingInterval: .milliseconds(100),
            parkedInterval: .milliseconds(100),
            reconnectSpread: .zero
        )
        settings.eventCoalescing = .milliseconds(10)
        settings.backoffBase = .milliseconds(20)
        settings.refusalPause = .milliseconds(5)
        settings.heldInterval = .milliseconds(50)
        change(&settings)
        var uplinkSettings = HTTPUplinkSettings(url: station.url, encoding: .protobuf)
        uplinkSettings.attemptTimeout = attemptTimeout
        let eventLoops = MultiThreadedEventLoopGroup.singleton
        let uplink = HTTPUplink(settings: uplinkSettings, eventLoopGroup: eventLoops)
        let board = UploadBoard([.init(name: "station", url: station.url)])
        try await CartRig.run(uploads: [mailbox]) { rig in
            let uploader = Uploader(
                name: "station",
                vehicle: "cart-01",
                settings: settings,
                mailbox: mailbox,
                uplink: uplink,
                board: board,
                cart: rig.cart,
                clocks: .system,
                eventLoop: eventLoops.any(),
                logger: CartRig.logger,
                writer: rig.writer
            )
            let group = ServiceGroup(services: [UploadService(uploaders: [uploader])], logger: CartRig.logger)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                do {
                    try await body(Rig(cart: rig, mailbox: mailbox, board: board, group: group))
                } catch {
                    await group.triggerGracefulShutdown()
                    throw error
                }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
        #expect(await uplink.shutdown(within: .seconds(10)))
        station.stop()
        #expect(station.problems == [])
    }

    /// All that is recorded is at the station, in its order, and nothing waits any more.
    private func arrive(_ rig: Rig, _ station: LoopbackStation) async throws {
        // What happens by itself is recorded meanwhile.
        try await eventually("it does not arrive") {
            guard try await rig.waiting() == 0 else { return false }
            return station.kept == (try await rig.recorded())
        }
    }

    @Test("What is recorded is at the station, once and in order, and the board says so")
    func acknowledged() async throws {
        let station = try LoopbackStation { _, _ in .acknowledge }
        try await run(station) { rig in
            for _ in 1...5 { #expect(try await rig.cart.mark() == .durable) }
            try await arrive(rig, station)
            #expect(station.kept == Array(1...Int64(station.kept.count)))
            try await eventually("the board does not know") {
                rig.status?.state == .idle
                    && rig.board.destinations.first?.totals.batches == Int64(station.requests.count)
            }
            #expect(rig.board.destinations.first?.totals.bytes ?? 0 > 0)
            #expect(rig.status?.reason == nil && rig.status?.lastAcknowledgedAt != nil)
        }
    }

    /// What stands in the way of two batches.
    struct Fault: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var answer: LoopbackStation.Answer
        /// What the board says of it.
        var words: String
        var state = UploadStatus.State.backingOff
    }

    /// A reply 200 with this body.
    private static func reply(_ body: String) -> LoopbackStation.Answer {
        .bytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    private static let faults = [
        Fault(testDescription: "200 and nothing", answer: reply(""), words: "without an acknowledgement"),
        Fault(testDescription: "200 and null", answer: reply("null"), words: "without an acknowledgement"),
        Fault(testDescription: "no lanes", answer: reply("{\"acknowledged\":{}}"), words: "without an acknowledgement"),
        Fault(
            testDescription: "a lane is missing",
            answer: reply("{\"acknowledged\":{\"events\":1}}"),
            words: "without an acknowledgement"
        ),
        Fault(
            testDescription: "a number that no number is",
            answer: reply("{\"acknowledged\":{\"events\":1e300,\"positions\":0}}"),
            words: "without an acknowledgement"
        ),
        Fault(
            testDescription: "a negative number",
            answer: reply("{\"acknowledged\":{\"events\":-7,\"positions\":-7}}"),
            words: "acknowledge"
        ),
        Fault(testDescription: "it closes", answer: .bytes(""), words: "closed the connection without an answer"),
        Fault(
            testDescription: "the answer is lost",
            answer: .keepAndClose,
            words: "closed the connection without an answer"
        ),
        Fault(testDescription: "it hangs", answer: .silence, words: "within 0.5 s"),
        Fault(
            testDescription: "no HTTP",
            answer: .bytes("220 mail.example.com ESMTP\r\n"),
            words: "does not speak HTTP"
        ),
        Fault(testDescription: "busy", answer: .refuse(503, message: "come back later"), words: "come back later"),
        Fault(
            testDescription: "a page",
            answer: .bytes("HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n<html>Sign in!</html>"),
            words: "no patrol receiver"
        ),
        Fault(
            testDescription: "half an answer",
            answer: .bytes("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"acknowledged\": {"),
            words: "in the middle of its answer"
        ),
        Fault(testDescription: "it lies upwards", answer: .claim(events: .max), words: "the newest there is"),
        Fault(testDescription: "it lies downwards", answer: .claim(events: 0), words: "acknowledged only up to 0"),
        Fault(
            testDescription: "a wrong token",
            answer: .refuse(401, message: "who are you"),
            words: "does not accept this cart's token",
            state: .held
        ),
    ]

    @Test(
        "Whatever answers twice in the station's place: it is said, nothing is lost, and all arrives once",
        arguments: faults
    )
    func fault(_ fault: Fault) async throws {
        let isMended = AtomicFlag()
        let station = try LoopbackStation { _, _ in isMended.isSet ? .acknowledge : fault.answer }
        try await run(station, attemptTimeout: .milliseconds(500)) { rig in
            #expect(try await rig.cart.mark() == .durable)
            try await eventually("it is not tried again, or not said") {
                station.requests.count >= 2 && rig.status?.state == fault.state
            }
            let status = try #require(rig.status)
            #expect(status.failedAttempts >= 1 && status.reason?.contains(fault.words) == true, "\(status)")
            let backlog = try await rig.cart.journal.backlog(of: "station").events
            #expect(backlog.count == backlog.lastSequence.rawValue, "the cursor does not move")
            isMended.set()
            try await arrive(rig, station)
        }
    }

    @Test(
        "One record that is refused is searched for and set aside with a receipt; the others arrive; a person has it sent again"
    )
    func rejected() async throws {
        let isMended = AtomicFlag()
        let station = try LoopbackStation { events, _ in
            !isMended.isSet && events.contains { $0.record.name == "duty.started" } ? Self.refusal : .acknowledge
        }
        try await run(station) { rig in
            for _ in 1...3 { #expect(try await rig.cart.mark() == .durable) }
            #expect(await rig.cart.perform(.startDuty(.visit, officer: nil)) == .done)
            for _ in 1...3 { #expect(try await rig.cart.mark() == .durable) }
            try await eventually("it is not set aside") {
                try await rig.waiting() == 0 && rig.board.destinations.first?.quarantined == 1
            }
            #expect(!station.names.values.contains("duty.started"))
            #expect(station.names.values.contains("records.quarantined"), "\(station.names)")
            let refused = try await rig.recorded().filter { !station.kept.contains($0) }
            #expect(refused.count == 1)

            isMended.set()
            let control = UploadControl(
                board: rig.board,
                mailboxes: ["station": rig.mailbox],
                writer: rig.cart.writer
            )
            #expect(await control.retryQuarantined(of: "station", by: "wang") == (1, .durable))
            try await eventually("it does not arrive") {
                guard try await rig.waiting() == 0, rig.board.destinations.first?.quarantined == 0 else { return false }
                return station.kept.sorted() == (try await rig.recorded())
            }
            #expect(station.names[refused[0]] == "duty.started")
        }
    }

    @Test("A batch that is too large is made smaller until it is taken")
    func tooLarge() async throws {
        let station = try LoopbackStation { events, _ in
            events.count > 2 ? .refuse(413, message: "at most two") : .acknowledge
        }
        try await run(station, { $0.eventCoalescing = .milliseconds(300) }) { rig in
            for _ in 1...8 { #expect(try await rig.cart.mark() == .durable) }
            try await arrive(rig, station)
            #expect(station.requests.contains { $0.count > 2 })
            #expect(rig.board.destinations.first?.quarantined == 0)
        }
    }

    @Test("The stop sends what waits before anything is due")
    func stop() async throws {
        let station = try LoopbackStation { _, _ in .acknowledge }
        try await run(station, { $0.eventCoalescing = .seconds(1000) }) { rig in
            for _ in 1...3 { #expect(try await rig.cart.mark() == .durable) }
            #expect(station.requests.isEmpty)
            await rig.group.triggerGracefulShutdown()
            try await eventually("it does not stop") { rig.status?.state == .stopped }
            #expect(station.kept == (try await rig.recorded()))
        }
    }

    @Test("The stop does not wait longer than its limit for a station that hangs")
    func hangingStop() async throws {
        let station = try LoopbackStation { _, _ in .silence }
        var stoppedAt: Instant?
        try await run(station) { rig in
            #expect(try await rig.cart.mark() == .durable)
            try await eventually("it is not tried") { station.requests.count == 1 }
            stoppedAt = Clocks.system.now()
        }
        let took = Clocks.system.now() - (try #require(stoppedAt))
        // The rest is the stop of the cart beside it, and a busy machine.
        #expect(took >= Uploader.flushLimit && took < Uploader.flushLimit + .seconds(4), "\(took)")
    }
}
