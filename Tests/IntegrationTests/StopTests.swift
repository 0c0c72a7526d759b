import Foundation
import Glibc
import PatrolAPI
import Testing

@Suite(
    "A stop takes 5 s at most, whatever the receivers do",
    .enabled(if: Surroundings.hasPrograms, Surroundings.noPrograms)
)
struct StopTests {
    /// As the documents say it.
    private static let limit = Duration.seconds(5)

    /// From SIGTERM to the end.
    private func stop(_ chain: Chain) async throws -> Duration {
        let begin = ContinuousClock.now
        #expect(try await chain.patrold?.stop(within: 30) == 0)
        return ContinuousClock.now - begin
    }

    private static func upload(_ name: String, _ url: String, _ more: String = "") -> String {
        """
        [[upload]]
        name = "\(name)"
        url = "\(url)"
        moving_interval = "1s"
        parked_interval = "1s"
        reconnect_spread = "0s"
        \(more)

        """
    }

    @Test("One hostile receiver", arguments: HostileReceiver.Manner.allCases)
    func one(manner: HostileReceiver.Manner) async throws {
        let receiver = try HostileReceiver(manner)
        defer { receiver.close() }
        let chain = try Chain()
        try chain.configure(upload: nil)
        try chain.append(Self.upload("bad", "http://127.0.0.1:\(receiver.port)"))
        try await chain.startPatrold()
        try await eventually("it was met", within: 10) { receiver.connections > 0 }
        let took = try await stop(chain)
        print("stop with \(manner): \(took)")
        #expect(took <= Self.limit)
    }

    @Test("All of them at once, TLS that hangs before and after the handshake, and a good one: which gets everything")
    func all() async throws {
        let receivers = try HostileReceiver.Manner.allCases.map { try HostileReceiver($0) }
        defer { receivers.forEach { $0.close() } }
        let chain = try Chain()
        // Written first, and so stopped last if one waited for the other.
        try chain.configure()
        try await chain.startCollector()
        for receiver in receivers {
            try chain.append(Self.upload("bad-\(receiver.port)", "http://127.0.0.1:\(receiver.port)"))
        }
        let mute = try SilentListener(port: try freePort())
        defer { mute.close() }
        try chain.append(Self.upload("tls-mute", "https://127.0.0.1:\(mute.port)"))
        let tls = try await FrozenTLSServer(chain.folder)
        try chain.append(
            Self.upload("tls-frozen", "https://127.0.0.1:\(tls.port)", "ca_file = \"\(tls.certificateFile)\"")
        )
        try await chain.startReceiver(["route", Chain.route])
        try await chain.startPatrold()
        try await eventually("all were met", within: 20) {
            try receivers.allSatisfy { $0.connections > 0 } && mute.acceptedConnections > 0 && tls.hasRequest
        }
        try await eventually("some positions", within: 30) { try await chain.status().gps.accepted >= 5 }
        tls.freeze()
        let took = try await stop(chain)
        print("stop with all: \(took)")
        #expect(took <= Self.limit)
        try await chain.expectStationHoldsJournal()
    }

    @Test("TLS that freezes while the connection is idle")
    func frozen() async throws {
        let chain = try Chain()
        let tls = try await FrozenTLSServer(chain.folder)
        try chain.configure(upload: nil)
        try chain.append(
            Self.upload("tls", "https://127.0.0.1:\(tls.port)", "ca_file = \"\(tls.certificateFile)\"")
        )
        try await chain.startPatrold()
        try await eventually("it was met", within: 10) { try tls.hasRequest }
        tls.freeze()
        let took = try await stop(chain)
        print("stop with frozen TLS: \(took)")
        #expect(took <= Self.limit)
    }
}

@Suite(
    "A stop waits for no client, whatever it does",
    .enabled(if: Surroundings.hasPrograms, Surroundings.noPrograms)
)
struct ClientStopTests {
    private static let limit = Duration.seconds(5)

    private static func stop(_ program: Program?, _ what: String) async throws -> Duration {
        let program = try #require(program)
        let begin = ContinuousClock.now
        #expect(try await program.stop(within: 30) == 0)
        let took = ContinuousClock.now - begin
        print("stop with \(what): \(took)")
        for word in ["Error()", "CancellationError", "cannot serve", "could not be answered"] {
            #expect(!program.log.contains(word), "\(program.log.suffix(500))")
        }
        return took
    }

    /// A request whose body does not come, or a byte at a time; half a head; an answer that nobody takes; nothing.
    private static func crowds(_ target: ConnectionCrowd.Target, _ request: String, reading: String)
        -> [ConnectionCrowd]
    {
        let stalled = request + "Content-Length: 900\r\n\r\n"
        return [
            ConnectionCrowd(2, to: target, beginning: stalled, drip: ""),
            ConnectionCrowd(2, to: target, beginning: stalled, drip: " "),
            ConnectionCrowd(2, to: target, beginning: "GET /v1/he", drip: ""),
            ConnectionCrowd(2, to: target, beginning: "GET \(reading) HTTP/1.1\r\nHost: localhost\r\n\r\n", drip: ""),
            ConnectionCrowd(2, to: target, beginning: "", drip: ""),
        ]
    }

    @Test("patrold: marks that stall and drip, half heads, streams that nobody reads")
    func patrold() async throws {
        let chain = try Chain()
        try chain.configure(upload: nil)
        try await chain.startPatrold()
        let crowds = Self.crowds(
            .socket(chain.socket),
            "POST /v1/marks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n",
            reading: "/v1/stream"
        )
        try await eventually("all are connected", within: 10) { crowds.allSatisfy { $0.openedCount >= 2 } }
        // Real time: for the halves to arrive, some drops to fall and the streams to fill, which nobody tells.
        try await Task.sleep(for: .milliseconds(500))
        let took = try await Self.stop(chain.patrold, "clients at the socket")
        for crowd in crowds { crowd.stop() }
        #expect(took <= Self.limit)
    }

    @Test("The collector: batches with a good token that stall and drip, half heads, tracks that nobody reads")
    func collector() async throws {
        let chain = try Chain()
        try await chain.startCollector()
        let crowds = Self.crowds(
            .port(UInt16(chain.collectorPort)),
            "POST /v1/batches HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Authorization: Bearer \(chain.token)\r\n",
            reading: "/v1/vehicles"
        )
        try await eventually("all are connected", within: 10) { crowds.allSatisfy { $0.openedCount >= 2 } }
        // Real time: for the halves to arrive, some drops to fall and the streams to fill, which nobody tells.
        try await Task.sleep(for: .milliseconds(500))
        let took = try await Self.stop(chain.collector, "clients at the collector")
        for crowd in crowds { crowd.stop() }
        #expect(took <= .seconds(2))
    }
}

/// A real TLS server that takes a request, says nothing, and can be frozen.
private final class FrozenTLSServer {
    let port: Int
    let certificateFile: String
    private let server: Child
    private let logPath: String

    init(_ folder: TemporaryFolder) async throws {
        port = try freePort()
        let port = port
        certificateFile = folder.path("frozen.pem")
        let made = try await run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
                "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                folder.path("frozen.key"),
                "-out", certificateFile,
            ]
        )
        guard made.code == 0 else { throw Failure(made.errors) }
        logPath = folder.path("frozen.log")
        // It ends when its standard input does.
        server = try Child(
            "/usr/bin/openssl",
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificateFile, "-key",
                folder.path("frozen.key"), "-quiet",
            ],
            environment: [:],
            hasInput: true,
            output: .file(logPath)
        )
        try await eventually("the TLS server listens", within: 10) { canConnect(port) }
    }

    deinit {
        server.send(SIGCONT)
    }

    /// It prints what it was sent.
    var hasRequest: Bool {
        get throws {
            String(decoding: try Data(contentsOf: URL(filePath: logPath)), as: UTF8.self).contains("POST /v1/batches")
        }
    }

    func freeze() { server.send(SIGSTOP) }
}
