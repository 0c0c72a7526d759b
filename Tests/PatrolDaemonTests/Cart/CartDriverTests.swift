import Foundation
import PatrolCore
import PatrolSystem
import Testing

@testable import PatrolDaemon
@testable import PatrolJournal

@Suite("What the cart's thread does besides the cart")
struct CartDriverTests {
    /// Runs `body` on the cart's thread and returns when it has run.
    private func onThread(of cart: CartLoop, _ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            let question = CartMessage.question(looksAround: false) { _ in
                body()
                continuation.resume()
            }
            #expect(cart.mailbox.postReport(question))
        }
    }

    @Test("However much was posted while it was busy, it wakes once")
    func burst() async throws {
        try await CartRig.run { rig in
            let wakeUps = ThreadWakeUps()
            let release = DispatchSemaphore(value: 0)
            let isBusy = AtomicFlag()
            await onThread(of: rig.cart) { wakeUps.note() }
            let busy = CartMessage.question(looksAround: false) { _ in
                isBusy.set()
                release.wait()
            }
            #expect(rig.cart.mailbox.postReport(busy))
            try await eventually("it does not begin") { isBusy.isSet }
            let before = try wakeUps.count
            for _ in 0..<1000 { rig.cart.post(.journalBacklog(events: 0)) }
            release.signal()
            await onThread(of: rig.cart) {}
            // One for the semaphore and one for the mailbox; a lock that another holds may cost some more.
            let count = try wakeUps.count - before
            #expect(count < 20, "\(count) for a thousand")
        }
    }

    @Test("With gpsd silent, the thread sleeps")
    func rest() async throws {
        let server = try LoopbackServer { peer in while LoopbackServer.receive(from: peer) != nil {} }
        try await CartRig.run(gpsdPort: server.port) { rig in
            let wakeUps = ThreadWakeUps()
            await onThread(of: rig.cart) { wakeUps.note() }
            #expect(try await rig.mark() == .durable)
            await onThread(of: rig.cart) {}
            let before = try wakeUps.count
            // Real time by nature: that nothing happens in a second is the point.
            try await Task.sleep(for: .seconds(1))
            let count = try wakeUps.count - before
            #expect(count <= 2, "\(count) in a second of rest")
        }
        server.stop()
    }

    @Test("A stranger on gpsd's port who never stops talking keeps nobody waiting")
    func babbler() async throws {
        let line = #"{"class":"TPV","device":"/dev/gps","mode":1}"# + "\r\n"
        let server = try LoopbackServer { peer in
            while LoopbackServer.send(String(repeating: line, count: 100), to: peer) {}
        }
        try await CartRig.run(gpsdPort: server.port) { rig in
            try await eventually("nothing of it is read") { await rig.cart.snapshot()?.gpsState == .noFix }
            for _ in 0..<20 { #expect(try await rig.mark() == .durable) }
            server.stop()
        }
    }

    @Test("The stop comes through while gpsd babbles, with the stop on record")
    func stop() async throws {
        let server = try LoopbackServer { peer in
            while LoopbackServer.send(String(repeating: "{\"class\":\"NONSENSE\"}\r\n", count: 100), to: peer) {}
        }
        try await CartRig.run(gpsdPort: server.port) { rig in
            #expect(try await rig.mark() == .durable)
            await rig.cart.stop()
            let names = try await rig.journal.events(HistoryQuery(limit: 100)).map(\.recorded.record.name)
            #expect(names.last == "daemon.stopped")
        }
        server.stop()
    }

    @Test("The stop does not wait longer than its limit for a disk that hangs")
    func hangingDisk() async throws {
        try await CartRig.run { rig in
            let release = DispatchSemaphore(value: 0)
            async let hung: Void = rig.journal.hang(until: release)
            let begin = Clocks.system.now()
            await rig.cart.stop()
            let took = Clocks.system.now() - begin
            #expect(took < .seconds(6), "\(took)")
            release.signal()
            await hung
        }
    }
}
