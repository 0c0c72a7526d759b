import Foundation
import PatrolCore
import PatrolSystem
import PatrolVehicle
import Synchronization
import Testing

@Suite("A real gpsd", .enabled(if: RealGPSD.isInstalled, "gpsd is not installed"))
struct RealGPSDTests {
    private let log = EventLog()

    @Test("What a receiver sends arrives as fixes, and a gpsd that is killed and started again goes on")
    func chain() throws {
        let receiver = try NMEASource()
        defer { receiver.close() }
        let first = try RealGPSD(source: receiver.port)
        defer { first.kill() }
        let reader = try GPSReceiver.started(port: first.port, log: log) { $0.lostAfter = .seconds(1) }
        defer { reader.stop() }
        try receiver.feed { log.fixes.count { $0.latitude != nil } >= 3 }
        let fix = try #require(log.fixes.last { $0.latitude != nil })
        #expect(fix.mode == .threeDimensional)
        #expect(fix.latitude == 29.3)
        #expect((106.3...106.4).contains(try #require(fix.longitude)))
        #expect(abs(try #require(fix.speed) - 4.99) < 0.01)
        #expect(fix.course == 90)
        #expect(fix.satellitesUsed == 8)
        #expect(fix.horizontalError.map { $0 > 0 } == true)
        #expect(try #require(fix.time) > WallTime(millisecondsSince1970: 1_700_000_000_000))

        first.kill()
        try log.wait(for: "the loss") { $0.contains(.lost(.gpsdUnreachable)) }
        let count = log.fixes.count
        let second = try RealGPSD(source: receiver.port, port: first.port)
        defer { second.kill() }
        try receiver.feed { log.fixes.dropFirst(count).contains { $0.latitude != nil } }
        try log.wait(for: "the second restoration") { events in
            events.count { if case .restored = $0 { true } else { false } } == 2
        }
    }

    /// The second receiver stands 0.01° further east, by which its fixes are known again.
    @Test(
        "Of two receivers on one gpsd one is used, the chosen one or the first with a fix, and the other one is named"
    )
    func twoReceivers() throws {
        let sources = [try NMEASource(east: 0), try NMEASource(east: 0.01)]
        defer { sources.forEach { $0.close() } }
        let gpsd = try RealGPSD(sources: sources.map(\.port))
        defer { gpsd.kill() }
        let names = sources.map { "tcp://127.0.0.1:\($0.port)" }
        for chosen in [nil, names[0], names[1], "/dev/ttyUSB9"] {
            let log = EventLog()
            var settings = GPSSettings(host: "127.0.0.1", port: gpsd.port, device: chosen)
            settings.link.lostAfter = .seconds(5)
            let reader = GPSReceiver(settings: settings, clocks: .system) { log.append($0) }
            try reader.start()
            defer { reader.stop() }
            // Until both report: the one that is not used is named then.
            try NMEASource.feed(sources) {
                log.receivers?.others.isEmpty == false && log.fixes.count >= 10 || isMissing(log)
            }
            guard chosen != "/dev/ttyUSB9" else {
                #expect(log.receivers?.missing == .init(device: "/dev/ttyUSB9", available: names.sorted()))
                #expect(log.fixes.isEmpty)
                continue
            }
            let used = try #require(log.receivers?.used)
            #expect(chosen == nil || used == chosen)
            #expect(log.receivers?.others == names.filter { $0 != used })
            let isSecond = used == names[1]
            let places = Set(log.fixes.filter { $0.mode != .none }.compactMap(\.longitude).map { $0 > 106.3095 })
            #expect(places == [isSecond], "a track of one receiver")
        }
    }

    private func isMissing(_ log: EventLog) -> Bool {
        log.receivers?.missing != nil && (log.receivers?.others.count ?? 0) == 2
    }

    @Test("At 1 Hz the thread wakes at most three times a second")
    func wakeUps() throws {
        let source = try NMEASource()
        defer { source.close() }
        let gpsd = try RealGPSD(source: source.port)
        defer { gpsd.kill() }
        let thread = ThreadName()
        let log = log
        let reader = GPSReceiver(settings: GPSSettings(host: "127.0.0.1", port: gpsd.port), clocks: .system) { event in
            thread.note()
            log.append(event)
        }
        try reader.start()
        defer { reader.stop() }
        try source.feed(pause: 0.2) { log.fixes.count >= 2 }
        let (wakeUps, fixes) = (try thread.voluntarySwitches, log.fixes.count)
        let began = Clocks.system.now()
        // Five sentences of 65 bytes at 9600 bit/s.
        try source.feed(pause: 0.66, sentencePause: 0.068) { Clocks.system.now() - began > .seconds(5) }
        let seconds = (Clocks.system.now() - began).inSeconds
        let rate = Double(try thread.voluntarySwitches - wakeUps) / seconds
        print("GPS thread: \(rate) wake-ups/s at \(Double(log.fixes.count - fixes) / seconds) reports/s")
        #expect(rate <= 3)
    }
}

/// The thread that a handler runs on, as proc(5) names it.
private final class ThreadName: Sendable {
    private let path = Mutex<String?>(nil)

    func note() {
        path.withLock { path in
            guard path == nil else { return }
            // proc(5): a link to the calling thread's own folder.
            path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
        }
    }

    /// How often the thread has gone to sleep by itself.
    var voluntarySwitches: Int {
        get throws {
            let path = try #require(path.withLock { $0 })
            let status = try String(contentsOfFile: "/proc/\(path)/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches:") })
            return try #require(Int(line.split(separator: "\t").last ?? ""))
        }
    }
}

/// A GPS receiver behind TCP, which gpsd connects to.
private final class NMEASource {
    private let server: LoopbackServer
    private var client: LoopbackPeer?
    private var epoch = 0
    /// Degrees east of the usual place.
    private let east: Double

    init(east: Double = 0) throws {
        server = try LoopbackServer()
        self.east = east
    }

    var port: UInt16 { server.port }

    func close() { server.close() }

    /// gpsd is the client; it comes with its own first client.
    func connect() throws {
        if client == nil { client = try server.accept(within: 20) }
    }

    func sendEpoch(sentencePause: Double = 0) {
        let time = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded() + Double(epoch))
        for sentence in NMEA.epoch(time, east: east + Double(epoch) * 0.000_05) {
            if client?.send(sentence) != true { client = nil }
            usleep(UInt32(sentencePause * 1e6))
        }
        epoch += 1
    }

    /// Sends epochs until a condition holds, or the test fails after half a minute.
    /// - Parameters:
    ///   - pause: seconds after each epoch.
    ///   - sentencePause: seconds after each sentence, for a serial line takes its time.
    func feed(pause: Double = 0.1, sentencePause: Double = 0, until condition: () -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: 30)
        while !condition() {
            try #require(Date() < deadline, "nothing comes of what the receiver sends")
            try connect()
            sendEpoch(sentencePause: sentencePause)
            // gpsd ends an epoch by the pause after it; only real time makes one.
            usleep(UInt32(pause * 1e6))
        }
    }
}

extension NMEASource {
    /// Sends epochs of all in turn until a condition holds.
    static func feed(_ sources: [NMEASource], until condition: () -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: 30)
        while !condition() {
            try #require(Date() < deadline, "nothing comes of what the receivers send")
            for source in sources {
                try source.connect()
                source.sendEpoch()
                // As in feed(pause:sentencePause:until:).
                usleep(60_000)
            }
        }
    }
}

/// A gpsd of the test's own.
private final class RealGPSD {
    static let path = "/usr/sbin/gpsd"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

    let port: UInt16
    private let process = Process()

    convenience init(source: UInt16, port: UInt16? = nil) throws {
        try self.init(sources: [source], port: port)
    }

    init(sources: [UInt16], port: UInt16? = nil) throws {
        self.port = try port ?? LoopbackServer.closedPort()
        process.executableURL = URL(filePath: Self.path)
        process.arguments = ["-N", "-S", "\(self.port)"] + sources.map { "tcp://127.0.0.1:\($0)" }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    /// SIGKILL, because a gpsd was seen to ignore SIGTERM for minutes; nothing if it has ended.
    func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
