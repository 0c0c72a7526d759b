import Foundation
import PatrolCore
import PatrolSystem
import Testing

@testable import PatrolVehicle

@Suite("A gpsd that fails comes back, and the receiver with it")
struct GPSFaultTests {
    private let log = EventLog()

    @Test("gpsd closes and is there again: lost, restored, and fixes from the new connection")
    func closes() throws {
        let server = try LoopbackServer()
        defer { server.close() }
        let receiver = try GPSReceiver.started(port: server.port, log: log) { $0.lostAfter = .milliseconds(200) }
        defer { receiver.stop() }
        let first = try server.accept()
        // Closing with the request unread would reset the connection.
        #expect(first.line() != nil)
        first.send(GPSD.greeting + GPSD.fix(1))
        try log.waitForFixes(1)
        first.close()
        try log.wait(for: "a loss") { $0.contains { if case .lost = $0 { true } else { false } } }
        let second = try server.accept()
        second.send(GPSD.greeting + GPSD.fix(2))
        try log.waitForFixes(2)
        try log.wait(for: "the second restoration") { events in
            events.count { if case .restored = $0 { true } else { false } } == 2
        }
        #expect(log.all.contains(.state(.unreachable(reason: "gpsd closed the connection"))))
        #expect(log.fixes.map(\.latitude) == [1, 2])
        let order = log.all.compactMap { event -> String? in
            switch event {
            case .fix: "fix"
            case .lost: "lost"
            case .restored: "restored"
            case .state, .receivers: nil
            }
        }
        #expect(order.prefix(5) == ["fix", "restored", "lost", "fix", "restored"])
    }

    @Test("A reset connection is told as such")
    func reset() throws {
        let server = try LoopbackServer()
        defer { server.close() }
        let receiver = try GPSReceiver.started(port: server.port, log: log)
        defer { receiver.stop() }
        let gpsd = try server.accept()
        gpsd.send(GPSD.fix(1))
        try log.waitForFixes(1)
        gpsd.reset()
        try log.wait(for: "the reason") { $0.contains(.state(.unreachable(reason: "Connection reset by peer"))) }
        try server.accept().send(GPSD.fix(2))
        try log.waitForFixes(2)
    }

    @Test("Nobody listens: told with the reason; as soon as somebody does, fixes come")
    func closedPort() throws {
        let port = try LoopbackServer.closedPort()
        let receiver = try GPSReceiver.started(port: port, log: log)
        defer { receiver.stop() }
        try log.wait(for: "the reason") { $0.contains(.state(.unreachable(reason: "Connection refused"))) }
        let server = try LoopbackServer(port: port)
        defer { server.close() }
        try server.accept().send(GPSD.fix(1))
        try log.waitForFixes(1)
    }

    @Test("A host that does not exist is named by the resolver's words")
    func unknownHost() throws {
        // RFC 2606: .invalid never exists; a number that is no address fails without asking anybody.
        let receiver = try GPSReceiver.started(port: 2947, host: "300.300.300.300", log: log)
        defer { receiver.stop() }
        try log.wait(for: "the reason") { events in
            events.contains { if case .state(.unreachable(let reason)) = $0 { !reason.isEmpty } else { false } }
        }
    }

    @Test("localhost may be two addresses: the one that answers is used")
    func twoAddresses() throws {
        let server = try LoopbackServer()
        defer { server.close() }
        let receiver = try GPSReceiver.started(port: server.port, host: "localhost", log: log)
        defer { receiver.stop() }
        try server.accept().send(GPSD.fix(1))
        try log.waitForFixes(1)
    }

    @Test("A gpsd that accepts and says nothing is left after the set silence")
    func halfOpen() throws {
        let server = try LoopbackServer()
        defer { server.close() }
        let receiver = try GPSReceiver.started(port: server.port, log: log) { $0.silence = .seconds(1) }
        defer { receiver.stop() }
        let silent = try server.accept()
        #expect(silent.line() != nil)
        let second = try server.accept()
        #expect(silent.line(within: 2) == nil, "the silent one was closed")
        second.send(GPSD.fix(1))
        try log.waitForFixes(1)
    }

    @Test("Half a line is waited for without a busy loop, and then taken whole")
    func halfLine() throws {
        let server = try LoopbackServer()
        defer { server.close() }
        let wake = try WakeDescriptor()
        let connection = GPSDConnection()
        #expect(connection.open(host: "127.0.0.1", port: server.port) == nil)
        let gpsd = try server.accept()
        #expect(connection.wait(wake: wake, timeout: .seconds(5)).hasInput)
        guard case .opened = connection.next(at: Instant(millisecondsSinceBoot: 0)) else {
            Issue.record("not connected")
            return
        }
        let line = GPSD.fix(1)
        gpsd.send(String(line.prefix(20)))
        #expect(connection.wait(wake: wake, timeout: .seconds(5)).hasInput)
        guard case nil = connection.next(at: Instant(millisecondsSinceBoot: 0)) else {
            Issue.record("half a line is a message")
            return
        }
        #expect(!connection.wait(wake: wake, timeout: .milliseconds(50)).hasInput, "a loop would spin here")
        gpsd.send(String(line.dropFirst(20)))
        #expect(connection.wait(wake: wake, timeout: .seconds(5)).hasInput)
        guard case .report(let fix, _) = connection.next(at: Instant(millisecondsSinceBoot: 7)) else {
            Issue.record("no report")
            return
        }
        #expect(fix.latitude == 1)
        #expect(fix.receivedAt == Instant(millisecondsSinceBoot: 7))
    }

    @Test("A line that comes byte by byte is one line")
    func byteByByte() throws {
        let server = try LoopbackServer()
        defer { server.close() }
        let receiver = try GPSReceiver.started(port: server.port, log: log)
        defer { receiver.stop() }
        let gpsd = try server.accept()
        for character in GPSD.greeting + GPSD.fix(1) + GPSD.fix(2) { gpsd.send(String(character)) }
        try log.waitForFixes(2)
        #expect(log.fixes.map(\.latitude) == [1, 2])
    }

    @Test("Half a line at the end of a connection is not glued to the next one")
    func halfLineAtTheEnd() throws {
        let server = try LoopbackServer()
        defer { server.close() }
        let receiver = try GPSReceiver.started(port: server.port, log: log)
        defer { receiver.stop() }
        let first = try server.accept()
        first.send(GPSD.fix(1) + String(GPSD.fix(2).prefix(30)))
        try log.waitForFixes(1)
        first.close()
        try server.accept().send(GPSD.fix(3))
        try log.waitForFixes(2)
        #expect(log.fixes.map(\.latitude) == [1, 3])
    }

    @Test(
        "Reports without a position that could be believed are told as reports, and lead to the loss of the fix",
        arguments: [
            #""mode":3"#, #""mode":3,"lat":91.0,"lon":106.3"#, #""mode":3,"lat":29.3,"lon":106.3,"eph":5000.0"#,
            #""mode":2,"lat":0.0,"lon":0.0"#,
        ]
    )
    func noFix(report: String) throws {
        let server = try LoopbackServer()
        defer { server.close() }
        let receiver = try GPSReceiver.started(port: server.port, log: log) { $0.lostAfter = .milliseconds(300) }
        defer { receiver.stop() }
        let gpsd = try server.accept()
        gpsd.send(GPSD.fix(1))
        try log.waitForFixes(1)
        // Mode 3 without a position does occur.
        let lost: ([GPSEvent]) -> Bool = { $0.contains(.lost(.noFix)) }
        for _ in 0..<100 where !lost(log.all) {
            let count = log.fixes.count
            gpsd.send(GPSD.tpv(report))
            try log.waitForFixes(count + 1)
            usleep(20_000)  // a receiver that reports at 50 Hz
        }
        #expect(lost(log.all))
        #expect(log.all.contains(.state(.noFix)))
    }

    @Test(
        "Stopping is prompt in every state, and nothing comes afterwards",
        arguments: ["waiting", "silent", "tracking", "flood"]
    )
    func stop(state: String) throws {
        let server = try LoopbackServer()
        defer { server.close() }
        if state == "waiting" { server.close() }
        let receiver = try GPSReceiver.started(port: server.port, log: log) {
            $0.shortestRetry = .seconds(600)
            $0.longestRetry = .seconds(600)
        }
        var flood: NativeThread?
        if state == "waiting" {
            try log.wait(for: "the refusal") { $0.count >= 2 }
        } else {
            let gpsd = try server.accept()
            _ = gpsd.line()
            if state == "tracking" {
                gpsd.send(GPSD.fix(1))
                try log.waitForFixes(1)
            } else if state == "flood" {
                let peer = FloodingPeer(gpsd)
                flood = try NativeThread(name: "flood") { peer.flood() }
                try log.waitForFixes(1000)
            }
        }
        let began = Clocks.system.now()
        receiver.stop()
        let took = Clocks.system.now() - began
        #expect(took < .seconds(2), "\(took)")
        let count = log.all.count
        receiver.stop()
        flood?.join()
        #expect(log.all.count == count)
    }

    @Test("A flood without an end of line is neither kept nor an obstacle to the stop")
    func endlessLine() throws {
        let server = try LoopbackServer()
        defer { server.close() }
        let receiver = try GPSReceiver.started(port: server.port, log: log)
        let gpsd = try server.accept()
        for _ in 0..<2000 { gpsd.send(String(repeating: "x", count: 4096)) }
        gpsd.send("\n" + GPSD.fix(1))
        try log.waitForFixes(1)
        receiver.stop()
        #expect(log.fixes.map(\.latitude) == [1])
    }

    @Test("A receiver can be started again after a stop; starting twice is starting once")
    func startAgain() throws {
        let server = try LoopbackServer()
        defer { server.close() }
        let receiver = try GPSReceiver.started(port: server.port, log: log)
        try receiver.start()
        try server.accept().send(GPSD.fix(1))
        try log.waitForFixes(1)
        receiver.stop()
        try receiver.start()
        // Clients of the first run come first: the one that was stopped, and none from a second start.
        let second = try server.accept()
        second.send(GPSD.fix(2))
        try log.wait(for: "a fix of the second run") { _ in log.fixes.last?.latitude == 2 }
        receiver.stop()
    }
}

/// Sends fixes as fast as they are taken, until nobody takes them any more.
private final class FloodingPeer: @unchecked Sendable {
    // Unchecked: the test hands the peer over to the flooding thread and does not touch it afterwards.
    private let peer: LoopbackPeer

    init(_ peer: LoopbackPeer) {
        self.peer = peer
    }

    func flood() {
        let lines = String(repeating: GPSD.fix(1), count: 20)
        while peer.send(lines) {}
    }
}
