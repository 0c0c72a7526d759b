import Foundation
import PatrolAPI
import PatrolWire
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

    /// Messages of a batch that hold one field with bytes, each with two bytes of length.
    private static func messages(_ number: UInt8, _ tag: [UInt8], of size: Int, _ byte: UInt8, count: Int) -> [UInt8] {
        func length(_ count: Int) -> [UInt8] {
            [UInt8(count & 0x7F) | 0x80, UInt8(count >> 7 & 0x7F) | 0x80, UInt8(count >> 14)]
        }
        let inner = tag + length(size) + [UInt8](repeating: byte, count: size)
        let one = [number << 3 | 2] + length(inner.count) + inner
        return Array((0..<count).map { _ in one }.joined())
    }

    private static func json(positions: [String], events: [String]) -> [UInt8] {
        let text = """
            {"vehicle":"cart-01","journal_id":"00000000-0000-0000-0000-000000000001","boots":[{"number":1,"boot_id":"a"}],\
            "positions":[\(positions.joined(separator: ","))],"events":[\(events.joined(separator: ","))]}
            """
        return Array(text.utf8)
    }

    private static let bombs: [(name: String, type: String, plain: @Sendable () -> [UInt8])] = [
        (
            "4 million empty blocks", "application/x-protobuf",
            { Array(repeating: [0x2A, 0x00], count: 4_000_000).flatMap { $0 } }
        ),
        ("8 MB of zeros", "application/x-protobuf", { [UInt8](repeating: 0, count: 8_000_000) }),
        (
            "2400 blocks of 5 positions that repeat", "application/x-protobuf",
            { Array(repeating: [0x2A, 0x04, 0x10, 0x05, 0x18, 0x01], count: 2400).flatMap { $0 } }
        ),
        (
            "a million empty objects of JSON", "application/json",
            { Array(("{\"positions\":[" + String(repeating: "{},", count: 1_000_000) + "{}]}").utf8) }
        ),
        ("packed columns of 32 kB", "application/x-protobuf", { messages(5, [0x2A], of: 32_000, 0, count: 250) }),
        (
            "500 events with 16 kB of commas as details", "application/x-protobuf",
            { messages(6, [0x3A], of: 16_000, UInt8(ascii: ","), count: 500) }
        ),
        (
            "156 events with 64 details each", "application/x-protobuf",
            {
                let details = Array(("{" + (10..<74).map { "\"\($0)\":1.5" }.joined(separator: ",") + "}").utf8)
                let inner = [0x3A, UInt8(details.count & 0x7F) | 0x80, UInt8(details.count >> 7)] + details
                let one = [0x32, UInt8(inner.count & 0x7F) | 0x80, UInt8(inner.count >> 7)] + inner
                return Array((0..<156).map { _ in one }.joined())
            }
        ),
        (
            "300,000 members in an object of JSON", "application/json",
            { Array(("{\"positions\":[{" + (0..<300_000).map { "\"\($0)\":0," }.joined() + "\"x\":0}]}").utf8) }
        ),
        (
            "2700 positions of JSON", "application/json",
            {
                let positions = (1...2700).map {
                    """
                    {"sequence":\($0),"latitude":31.5,"longitude":120.5,"mode":3,"odometer_m":\($0),"boot":1,"boot_time_s":\($0).5,\
                    "altitude_m":10.5,"speed_mps":2.25,"course_deg":100.5,"horizontal_error_m":1.5,"satellites":9,"status":1}
                    """
                }
                return json(positions: positions, events: [])
            }
        ),
        (
            "1900 events of JSON with 14 details each", "application/json",
            {
                let details = (0..<14).map { "\"\($0)\":\"\($0)\"" }.joined(separator: ",")
                let events = (1...1900).map {
                    "{\"sequence\":\($0),\"kind\":\"a\",\"boot\":1,\"boot_time_s\":1,\"details\":{\(details)}}"
                }
                return json(positions: [], events: events)
            }
        ),
        ("200 MB of zeros", "application/x-protobuf", { [UInt8](repeating: 0, count: 200_000_000) }),
    ]

    @Test(
        "A body that is small as it travels costs little: 32 MiB and 0.2 s, one or four at once, and all is given back"
    )
    func bombs() async throws {
        let chain = try Chain()
        try await chain.startCollector()
        let collector = try #require(chain.collector)
        let url = "http://127.0.0.1:\(chain.collectorPort)/v1/batches"
        let token = try String(contentsOfFile: try chain.writeToken(), encoding: .utf8)
        let rest = try Memory(collector).residentMiB
        print("collector at rest: \(rest) MiB resident")
        for bomb in Self.bombs {
            let body = try Gzip.compress(bomb.plain())
            let path = chain.folder.path("bomb")
            try Data(body).write(to: URL(filePath: path))
            let arguments = [
                "--data-binary", "@\(path)", "-H", "Content-Type: \(bomb.type)", "-H", "Content-Encoding: gzip", "-H",
                "Authorization: Bearer \(token.trimmingCharacters(in: .whitespacesAndNewlines))", "-H", "Expect:",
            ]
            for count in [1, 4] {
                try Memory.forgetPeak(of: collector)
                let times = try await withThrowingTaskGroup { group in
                    for _ in 0..<count { group.addTask { try await seconds(of: url, arguments) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                let memory = try Memory(collector)
                print(
                    "\(count) × \(bomb.name) (\(body.count) bytes): \(Spread(times)) s, peak +\(fixed(memory.peakMiB - rest)) MiB, "
                        + "then +\(fixed(memory.residentMiB - rest)) MiB"
                )
                #expect(memory.peakMiB - rest <= Double(32 * min(count, 2)))
                #expect(try #require(times.min()) <= 0.2 && times.max() ?? 1 < 1)
                #expect(memory.residentMiB - rest <= 16)
            }
        }
    }

    private func fixed(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

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
            // Real seconds, as above.
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
        // Real seconds, as above.
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
