import Foundation
import PatrolAPI
import Testing

@Suite("Metrics of cart and station", .enabled(if: Surroundings.hasPrograms, Surroundings.noPrograms))
struct MetricsTests {
    private static let root =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path

    /// `make packages` puts it there, or the system has it.
    private static let promtool = [
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .path
            + "/.build/tools/usr/bin/promtool", "/usr/bin/promtool",
    ].first { FileManager.default.isExecutableFile(atPath: $0) }

    @Test(
        "The alerts are rules, and speak of metrics that there are; so does the dashboard",
        .enabled(if: promtool != nil, "no promtool: make packages fetches it")
    )
    func monitoring() async throws {
        let promtool = try #require(Self.promtool)
        let folder = Self.root + "/config/monitoring/"
        let check = try await run(promtool, ["check", "rules", folder + "alerts.yaml"])
        #expect(check.code == 0, "\(check.errors)")
        let named = try ["alerts.yaml", "dashboard.json"].flatMap { file in
            try String(contentsOf: URL(filePath: folder + file), encoding: .utf8)
                .matches(of: /\b(patrold_[a-z_]+|patrol_collector_[a-z_]+)\b/).map { String($0.output.1) }
        }
        let sources = try ["PatrolControl/Reports/CartMetrics.swift", "PatrolCollector/HTTP/CollectorMetrics.swift"]
            .map { try String(contentsOf: URL(filePath: Self.root + "/Sources/" + $0), encoding: .utf8) }.joined()
        #expect(named.count > 8)
        for name in named {
            let bare = name.replacing("patrol_collector_", with: "").replacing("patrold_", with: "")
            #expect(sources.contains("\"\(bare)\""), "\(name)")
        }
    }

    @Test(
        "promtool finds nothing to complain of, and the numbers are those of the reports",
        .enabled(if: promtool != nil, "no promtool: make packages fetches it")
    )
    func format() async throws {
        let promtool = try #require(Self.promtool)
        let chain = try Chain()
        try await chain.startCollector()
        try chain.configure()
        try await chain.startReceiver(["route", Chain.route])
        try await chain.startPatrold()
        try await eventually("positions at the station", within: 60) {
            let isTrusted = try await chain.status().clock.trusted
            let positions = try await chain.stationVehicleIfKnown()?.positions ?? 0
            return isTrusted && positions > 0
        }
        let cart = try await run("/usr/bin/curl", ["-sSf", "--unix-socket", chain.socket, "http://patrold/v1/metrics"])
        let collector = String(decoding: try await chain.station("/v1/metrics"), as: UTF8.self)
        for text in [cart.output, collector] {
            let file = try chain.folder.write("metrics", text)
            let check = try await run("/bin/sh", ["-c", "\(promtool) check metrics < \(file)"])
            #expect(check.code == 0 && check.output.isEmpty && check.errors.isEmpty)
        }
        #expect(
            try await run("patrolctl", ["metrics", "--socket", chain.socket]).output.contains("patrold_gps_fix 1\n")
        )
        let lines = cart.output.split(separator: "\n").map(String.init)
        #expect(lines.contains("patrold_gps_fix 1") && lines.contains("patrold_clock_trusted 1"))
        #expect(lines.contains(#"patrold_health_check_ok{check="gps"} 1"#))
        #expect(lines.contains { $0.hasPrefix("patrold_upload_acknowledged_records_total{") && !$0.hasSuffix(" 0") })
    }
}
