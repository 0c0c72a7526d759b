import Foundation
import Glibc
import PatrolAPI
import PatrolWire
import Testing

/// The whole chain in one folder: each part is a real program, started and stopped as a test needs it.
final class Chain {
    /// The route that the demo drives.
    static let route =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path + "/config/demo/xipeng-route.geojson"

    let folder: TemporaryFolder
    let vehicle = "test-cart"
    var simulator: Program?
    var gpsd: Program?
    var collector: Program?
    var patrold: Program?

    let gpsdPort: Int
    private(set) var gpsdSource: String?
    private(set) var collectorPort = 0
    let token = "t\(UInt64.random(in: .min ... .max))"

    init() throws {
        folder = try TemporaryFolder()
        gpsdPort = try freePort()
    }

    // MARK: - The receiver

    /// Starts the simulator with `--tcp` and a gpsd that reads it; gpsd connects when its first client comes.
    func startReceiver(_ source: [String]) async throws {
        let simulator = try Program(
            "patrol-simulator",
            source + ["--tcp", "127.0.0.1:0"],
            log: folder.path("simulator.log")
        )
        self.simulator = simulator
        try await eventually("the simulator listens", within: 10) { simulator.log.contains("ready: tcp ") }
        let port = try #require(simulator.log.firstMatch(of: /ready: tcp 127\.0\.0\.1:(\d+)/)?.output.1)
        try await startGPSD("tcp://127.0.0.1:\(port)")
    }

    func startGPSD(_ source: String) async throws {
        gpsdSource = source
        let program = try #require(Surroundings.gpsd)
        gpsd = try Program(program, ["-N", "-S", "\(gpsdPort)", source], log: folder.path("gpsd.log"))
        let port = gpsdPort
        try await eventually("gpsd listens", within: 10) { canConnect(port) }
    }

    // MARK: - The station

    /// Starts the collector, at the port that it had before if it ran before.
    func startCollector(_ arguments: [String] = []) async throws {
        if collectorPort == 0 { collectorPort = try freePort() }
        let tokens = try folder.write("tokens", "\(vehicle) \(token)\n")
        collector = try Program(
            "patrol-collector",
            ["--listen", "127.0.0.1:\(collectorPort)", "--store", folder.path("collector"), "--tokens", tokens]
                + arguments,
            log: folder.path("collector.log")
        )
        let port = collectorPort
        try await eventually("the collector listens", within: 10) { canConnect(port) }
    }

    /// A reply of the collector.
    func station(_ path: String) async throws -> [UInt8] {
        let result = try await run(
            "/usr/bin/curl",
            ["-fsS", "--max-time", "20", "http://127.0.0.1:\(collectorPort)\(path)"]
        )
        guard result.code == 0 else { throw Failure("\(path): \(result.errors)") }
        return Array(result.output.utf8)
    }

    // MARK: - The cart

    /// - Parameters:
    ///   - position: lines for the `[position]` table.
    ///   - upload: lines for the `[[upload]]` table; `nil` for no destination.
    ///   - intervals: how often positions are sent; as often as can be unless a test is about that.
    func configure(
        position: String = "",
        upload: String? = "",
        commitInterval: String = "1s",
        intervals: String = "moving_interval = \"1s\"\nparked_interval = \"1s\""
    ) throws {
        if collectorPort == 0 { collectorPort = try freePort() }
        var text = """
            vehicle = "\(vehicle)"
            log_level = "debug"
            [gps]
            port = \(gpsdPort)
            [position]
            \(position)
            [journal]
            folder = "\(folder.path("journal"))"
            commit_interval = "\(commitInterval)"
            [control]
            socket = "\(socket)"

            """
        if let upload {
            text += """
                [[upload]]
                name = "station"
                url = "http://127.0.0.1:\(collectorPort)"
                token_file = "\(try writeToken())"
                \(intervals)
                reconnect_spread = "0s"
                backlog_bytes_per_second = 10000000
                \(upload)

                """
        }
        _ = try folder.write("patrold.toml", text)
    }

    /// Points the upload at another address.
    /// - Parameter lines: for the `[[upload]]` table.
    func setURL(_ url: String, _ lines: String = "") throws {
        let path = folder.path("patrold.toml")
        let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        let kept = text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("ca_file") }
            .map { $0.hasPrefix("url = ") ? "url = \"\(url)\"\n\(lines)" : $0 }
        _ = try folder.write("patrold.toml", kept.joined(separator: "\n"))
    }

    /// Adds lines to the configuration.
    func append(_ text: String) throws {
        let path = folder.path("patrold.toml")
        _ = try folder.write("patrold.toml", try String(contentsOf: URL(filePath: path), encoding: .utf8) + text)
    }

    /// - Returns: the file with the cart's token.
    @discardableResult
    func writeToken() throws -> String { try folder.write("token", token) }

    var socket: String { folder.path("patrold.sock") }

    /// - Parameter environment: on top of this process's own, for example of a bad disk.
    func startPatrold(environment: [String: String] = [:]) async throws {
        let patrold = try Program(
            "patrold",
            ["run", folder.path("patrold.toml")],
            log: folder.path("patrold.log"),
            environment: environment
        )
        self.patrold = patrold
        try await eventually("patrold answers", within: 10) {
            guard patrold.isRunning else { throw Failure("patrold ended: \(patrold.log)") }
            return try await self.ctl("status").code != 3
        }
    }

    /// Runs `patrolctl COMMAND --json --socket …`.
    func ctl(_ command: String, _ arguments: String...) async throws -> (code: Int32, output: String, errors: String) {
        try await run("patrolctl", [command, "--json", "--socket", socket] + arguments)
    }

    func status() async throws -> StatusReport {
        try APICoding.decode(StatusReport.self, from: Array(try await ctl("status").output.utf8))
    }

    func queue() async throws -> QueueReport.Destination {
        try #require(try await queues().first)
    }

    func queues() async throws -> [QueueReport.Destination] {
        try APICoding.decode(QueueReport.self, from: Array(try await ctl("queue").output.utf8)).destinations
    }

    func events(kind: String? = nil) async throws -> [EventJSON] {
        let output = try await run(
            "patrolctl",
            ["records", "--json", "--socket", socket] + (kind.map { ["--kind", $0] } ?? [])
        ).output
        return try output.split(separator: "\n").map { try APICoding.decode(EventJSON.self, from: Array($0.utf8)) }
    }

    func positions() async throws -> [PositionJSON] {
        try await ctl("records", "--lane", "positions").output.split(separator: "\n").map {
            try APICoding.decode(PositionJSON.self, from: Array($0.utf8))
        }
    }
}

/// Whether somebody accepts TCP connections on the loopback interface.
func canConnect(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}
