import Foundation
import PatrolAPI
import PatrolWire
import Testing

@Suite(
    "What a proxy says is no verdict on records",
    .enabled(if: Surroundings.hasPrograms, Surroundings.noPrograms),
    .enabled(if: Proxy.program != nil, "nginx is not installed: no proxy to stand in the way")
)
struct ProxyTests {
    @Test(
        "http:// to a TLS port: nothing is dropped in ten restarts, and once the url is right each record arrives once"
    )
    func plainToTLS() async throws {
        let chain = try Chain()
        try chain.configure()
        try await chain.startCollector()
        let proxy = try await Proxy(chain.folder, collectorPort: chain.collectorPort)
        try chain.setURL("http://127.0.0.1:\(proxy.tlsPort)")
        try await chain.startReceiver(["route", Chain.route])
        for round in 1...10 {
            try await chain.startPatrold()
            try await eventually("two attempts fail in round \(round)", within: 20) {
                try await chain.queue().failedAttempts >= 2
            }
            let queue = try await chain.queue()
            #expect(queue.state != "held")
            #expect(
                queue.reason?.contains("400 Bad Request: 400 The plain HTTP request was sent to HTTPS port") == true,
                "\(queue.reason ?? "")"
            )
            for lane in [queue.events, queue.positions] {
                #expect(lane.acknowledged == 0 && lane.quarantined == 0 && lane.waiting == lane.recorded)
            }
            let health = try await chain.ctl("health")
            #expect(health.code == 2 && health.output.contains("is no patrol receiver"), "\(health.output)")
            if round.isMultiple(of: 2) { chain.patrold?.kill() } else { #expect(try await chain.patrold?.stop() == 0) }
        }
        #expect(try await chain.stationVehicleIfKnown() == nil)
        try chain.setURL("https://127.0.0.1:\(proxy.tlsPort)", "ca_file = \"\(proxy.certificateFile)\"")
        try await chain.startPatrold()
        #expect(try await chain.events(kind: "records.quarantined").isEmpty)
        #expect(try await chain.events(kind: "records.dropped").isEmpty)
        try await eventually("all has arrived", within: 60) {
            let queue = try await chain.queue()
            return queue.positions.waiting <= 2 && queue.events.waiting == 0
        }
        #expect(try await chain.patrold?.stop() == 0)
        try await chain.expectStationHoldsJournal()
    }

    /// What stands in the way, and what of it must be shown.
    private static let answers: [String: (directives: String, shown: String)] = [
        "small": ("client_max_body_size 20; location / { proxy_pass http://127.0.0.1:COLLECTOR; }", "413 "),
        "s400": ("location / { return 400; }", "400 Bad Request"),
        "s403": ("location / { return 403; }", "403 Forbidden"),
        "s404": ("location / { return 404; }", "404 Not Found"),
        "s405": ("location / { return 405; }", "405 "), "s409": ("location / { return 409; }", "409 Conflict"),
        "s411": ("location / { return 411; }", "411 Length Required"),
        "s414": ("location / { return 414; }", "414 "), "s417": ("location / { return 417; }", "417 "),
        "s422": ("location / { return 422 'no'; }", "422 "), "s431": ("location / { return 431 'no'; }", "431 "),
        "portal": (
            "default_type text/html; location / { return 200 '<html><title>Hotel WLAN</title>Please log in</html>'; }",
            "Hotel WLAN Please log in"
        ),
        "moved": ("location / { return 302 http://portal.example/login; }", "sends on to portal.example"),
        "gone": ("location / { proxy_pass http://127.0.0.1:1; }", "502 Bad Gateway"),
    ]

    @Test("Fourteen of them at once: nothing is dropped and each is named; once they are gone all is delivered")
    func everyRefusal() async throws {
        let chain = try Chain()
        try chain.configure(upload: nil)
        try await chain.startCollector()
        let answers = Self.answers.mapValues {
            $0.directives.replacing("COLLECTOR", with: "\(chain.collectorPort)")
        }
        let proxy = try await Proxy(chain.folder, collectorPort: chain.collectorPort, answers: answers)
        let path = chain.folder.path("patrold.toml")
        let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        func configure(_ port: (String) -> Int) throws {
            let uploads = answers.keys.sorted().map { name in
                """
                [[upload]]
                name = "\(name)"
                url = "http://127.0.0.1:\(port(name))"
                token_file = "\(chain.folder.path("token"))"
                moving_interval = "1s"
                parked_interval = "1s"
                reconnect_spread = "0s"

                """
            }
            _ = try chain.folder.write("patrold.toml", text + uploads.joined())
        }
        try configure { proxy.ports[$0] ?? 0 }
        try chain.writeToken()
        try await chain.startPatrold()
        for number in 1...5 { #expect(try await chain.ctl("mark", "mark \(number)").code == 0) }
        try await eventually("each has failed three times", within: 40) {
            try await chain.queues().allSatisfy { $0.failedAttempts >= 3 }
        }
        for queue in try await chain.queues() {
            let shown = try #require(Self.answers[queue.name]?.shown)
            #expect(queue.reason?.contains(shown) == true, "\(queue.name): \(queue.reason ?? "")")
            #expect(queue.state != "held", "\(queue.name)")
            #expect(queue.events.acknowledged == 0 && queue.events.quarantined == 0, "\(queue.name)")
            #expect(queue.quarantined?.isEmpty == true)
        }
        let health = try await chain.ctl("health").output
        #expect(health.contains("upload.s403") && health.contains("403 Forbidden"))
        #expect(chain.patrold?.log.contains("Please log in") == true)
        #expect(try await chain.patrold?.stop() == 0)

        try configure { _ in chain.collectorPort }
        try await chain.startPatrold()
        try await eventually("all has arrived", within: 60) {
            try await chain.queues().allSatisfy {
                $0.events.waiting == 0 && $0.events.acknowledged == $0.events.recorded
            }
        }
        #expect(try await chain.patrold?.stop() == 0)
        let station = try #require(try await chain.stationVehicle().journals.first)
        #expect(station.conflicting == 0 && station.events.missing == 0)
        #expect(station.events.held == station.events.last)
    }
}

@Suite("A receiver that refuses records", .enabled(if: Surroundings.hasPrograms, Surroundings.noPrograms))
struct QuarantineTests {
    /// A collector that takes no more than so many bytes refuses an event that is longer, in its own form.
    @Test("What it refuses is kept, listed and counted apart, over a restart; by order it goes again, and arrives")
    func refusedAndRetried() async throws {
        let chain = try Chain()
        try chain.configure()
        try await chain.startCollector(["--max-decompressed", "1024"])
        try await chain.startPatrold()
        try await eventually("the start arrives", within: 20) { try await chain.queue().events.acknowledged >= 1 }
        #expect(try await chain.ctl("mark", String(repeating: "大树", count: 250)).code == 0)
        #expect(try await chain.ctl("mark", "a short one").code == 0)
        try await eventually("the long one is set aside", within: 60) {
            let queue = try await chain.queue()
            return queue.events.quarantined == 1 && queue.events.waiting == 0
        }
        for _ in 1...2 {
            let queue = try await chain.queue()
            #expect(queue.events.recorded == queue.events.acknowledged + 1)
            let refused = try #require(queue.quarantined?.first)
            #expect(refused.lane == "events" && refused.first == refused.last && !refused.retrying)
            #expect(refused.reason.contains("413") && refused.reason.contains("larger than 1024 bytes"))
            #expect(try await chain.ctl("health").output.contains("1 records refused, kept here"))
            chain.patrold?.kill()
            try await chain.startPatrold()
            try await eventually("the restart arrives", within: 30) { try await chain.queue().events.waiting == 0 }
        }
        #expect(try await chain.events(kind: "records.quarantined").count == 1)

        chain.collector?.kill()
        try await chain.startCollector()
        #expect(try await run("patrolctl", ["queue", "retry", "nobody", "--socket", chain.socket]).code == 1)
        let retry = try await run("patrolctl", ["queue", "retry", "station", "--socket", chain.socket])
        #expect(retry.code == 0 && retry.output == "1 refused record on the way again\n", "\(retry)")
        try await eventually("it arrives", within: 30) {
            let queue = try await chain.queue()
            return queue.events.quarantined == 0 && queue.events.waiting == 0
        }
        #expect(try await chain.events(kind: "records.released").count == 1)
        #expect(try await chain.events(kind: "records.retried").count == 1)
        #expect(try await chain.patrold?.stop() == 0)
        let station = try #require(try await chain.stationVehicle().journals.first)
        #expect(station.events.missing == 0 && station.conflicting == 0)
    }
}
