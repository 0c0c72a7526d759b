import Foundation
import PatrolAPI
import Testing

/// `make torture-edges`: crowds at the collector and at the socket, with the figures beside those without them.
@Suite(
    "Crowds at the edges",
    .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["PATROLD_TORTURE"] != nil, "PATROLD_TORTURE is not set")
)
struct EdgeTortureTests {
    private static let rounds = 20

    private struct Crowd {
        var name: String
        var count: Int
        var beginning: String
        var drip: String
    }

    private static let crowds = [
        Crowd(name: "nobody", count: 0, beginning: "", drip: ""),
        Crowd(
            name: "520 that drip a body without a token",
            count: 520,
            beginning: "POST /v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n",
            drip: "x"
        ),
        Crowd(name: "1,000 that say nothing", count: 1000, beginning: "", drip: ""),
        Crowd(name: "1,000 that drip a head", count: 1000, beginning: "GET /v1/hea", drip: "l"),
    ]

    @Test("A cart's mark is at the station within 2 s, and health answers within 1 s, whoever else is connected")
    func collector() async throws {
        print("machine: \(try machine())")
        print("workload: a cart's marks, one after the other, and curl on /v1/health, beside a crowd on loopback")
        let chain = try Chain()
        try chain.configure(upload: "")
        try await chain.startCollector()
        try await chain.startPatrold()
        let collector = try #require(chain.collector)
        let port = try #require(UInt16(exactly: chain.collectorPort))
        for crowd in Self.crowds {
            let connections = ConnectionCrowd(
                crowd.count,
                to: .port(port),
                beginning: crowd.beginning,
                drip: crowd.drip
            )
            defer { connections.stop() }
            // Real seconds: the crowd has to be there.
            try await Task.sleep(for: .seconds(3))
            var arrivals: [Double] = []
            var health: [Double] = []
            for number in 0..<Self.rounds {
                arrivals.append(try await arrival(of: "\(crowd.name) \(number)", chain))
                health.append(try await seconds(of: "http://127.0.0.1:\(port)/v1/health", []))
            }
            let memory = try Memory(collector)
            print(
                "\(crowd.name): mark at the station after \(Spread(arrivals)) s, health after \(Spread(health)) s, "
                    + "collector \(memory.residentMiB) MiB resident; \(connections.openedCount) connections in all"
            )
            #expect(try #require(arrivals.max()) < 2)
            #expect(try #require(health.max()) < 1)
        }
        #expect(try await chain.patrold?.stop() == 0)
    }

    @Test("patrolctl gets its answer beside a crowd at the socket, and says busy where there is none")
    func socket() async throws {
        let chain = try Chain()
        try chain.configure(upload: nil)
        try await chain.startPatrold()
        let crowds = [
            Crowd(name: "nobody", count: 0, beginning: "", drip: ""),
            Crowd(name: "300 that say nothing", count: 300, beginning: "", drip: ""),
            Crowd(
                name: "300 that drip a body",
                count: 300,
                beginning: "POST /v1/marks HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n",
                drip: " "
            ),
        ]
        for crowd in crowds {
            let connections = ConnectionCrowd(
                crowd.count,
                to: .socket(chain.socket),
                beginning: crowd.beginning,
                drip: crowd.drip
            )
            defer { connections.stop() }
            try await Task.sleep(for: .seconds(2))
            var times: [Double] = []
            for _ in 0..<Self.rounds {
                times.append(try await seconds(of: "http://patrold/v1/status", ["--unix-socket", chain.socket]))
            }
            print("\(crowd.name) at the socket: status after \(Spread(times)) s")
            #expect(try #require(times.max()) < 1)
        }
        let readers = ConnectionCrowd(
            60,
            to: .socket(chain.socket),
            beginning: "GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n",
            drip: ""
        )
        try await Task.sleep(for: .seconds(2))
        let busy = try await chain.ctl("status")
        readers.stop()
        print("60 streams: patrolctl status ends with \(busy.code): \(busy.errors.prefix(120))")
        #expect(busy.code == 2 && busy.errors.contains("connections"))
        try await eventually("their places are free", within: 10) { try await chain.ctl("status").errors.isEmpty }
        #expect(try await chain.patrold?.stop() == 0)
    }

    /// From a mark's answer to the moment at which the station has acknowledged it, in seconds.
    private func arrival(of text: String, _ chain: Chain) async throws -> Double {
        guard try await chain.ctl("mark", text).code == 0 else { throw Failure("the mark was not taken") }
        let began = ContinuousClock.now
        while try await chain.queue().events.waiting > 0 {
            if ContinuousClock.now - began > .seconds(20) { return 20 }
            try await Task.sleep(for: .milliseconds(20))
        }
        return (ContinuousClock.now - began) / .seconds(1)
    }

    private func seconds(of url: String, _ arguments: [String]) async throws -> Double {
        let result = try await run(
            "/usr/bin/curl",
            arguments + ["-sS", "--max-time", "20", "-o", "/dev/null", "-w", "%{time_total}", url]
        )
        return result.code == 0 ? Double(result.output) ?? 20 : 20
    }
}
