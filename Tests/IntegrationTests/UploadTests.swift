import Foundation
import Glibc
import PatrolAPI
import PatrolWire
import Testing

@Suite("From the cart to the station", .enabled(if: Surroundings.hasPrograms, Surroundings.noPrograms))
struct UploadTests {
    @Test("Collector down, then flapping: every record arrives once, in order, and the queue tells the truth")
    func flapping() async throws {
        let chain = try Chain()
        try chain.configure()
        try await chain.startReceiver(["route", Chain.route])
        try await chain.startPatrold()
        try await eventually("a backlog", within: 30) { try await chain.queue().positions.waiting >= 8 }
        let down = try await chain.queue()
        #expect(down.positions.acknowledged == 0)
        #expect(down.state == "backing-off" || down.state == "in-flight")
        #expect(down.failedAttempts > 0 && down.reason != nil)

        for _ in 0..<4 {
            let before = try await chain.queue().positions.acknowledged
            try await chain.startCollector()
            try await eventually("something arrives", within: 40) {
                try await chain.queue().positions.acknowledged > before
            }
            let queue = try await chain.queue()
            #expect(queue.positions.recorded - queue.positions.acknowledged == queue.positions.waiting)
            let vehicle = try await chain.stationVehicle()
            // `latest` travels in every batch's header: it is now, whatever still waits.
            #expect(try #require(vehicle.latest?.ageSeconds) < 5)
            chain.collector?.kill()
            let recorded = try await chain.queue().positions.recorded
            try await eventually("something is recorded without it", within: 20) {
                try await chain.queue().positions.recorded > recorded + 1
            }
        }
        try await chain.startCollector()
        try await eventually("all has arrived", within: 60) {
            let queue = try await chain.queue()
            return queue.positions.waiting <= 2 && queue.events.waiting == 0 && queue.state == "idle"
        }
        #expect(try await chain.patrold?.stop() == 0)
        try await chain.expectStationHoldsJournal()
    }

    @Test("Killed after the collector's commit and before the acknowledgement is stored: sent again, stored once")
    func killedBeforeAcknowledgement() async throws {
        let chain = try Chain()
        try chain.configure()
        try await chain.startCollector()
        let relay = try SlowRelay(to: chain.collectorPort, delay: .seconds(3))
        try chain.setURL("http://127.0.0.1:\(relay.port)")
        try await chain.startReceiver(["route", Chain.route])
        try await chain.startPatrold()
        try await eventually("the collector has stored what the cart does not know of", within: 30) {
            let acknowledged = try await chain.queue().positions.acknowledged
            let stored = try await chain.stationVehicleIfKnown()?.positions ?? 0
            return stored > acknowledged
        }
        let stored = try await chain.stationVehicle().positions
        chain.patrold?.kill()
        chain.collector?.kill()
        relay.stop()
        try chain.setURL("http://127.0.0.1:\(chain.collectorPort)")
        try await chain.startCollector()
        try await chain.startPatrold()
        try await eventually("all has arrived", within: 60) {
            let queue = try await chain.queue()
            return queue.positions.acknowledged > stored && queue.events.waiting == 0
        }
        #expect(try await chain.patrold?.stop() == 0)
        try await chain.expectStationHoldsJournal()
    }

    @Test("SIGTERM while offline loses nothing; the next run delivers it")
    func stopOffline() async throws {
        let chain = try Chain()
        try chain.configure(commitInterval: "60s")
        try await chain.startReceiver(["route", Chain.route])
        try await chain.startPatrold()
        try await eventually("some positions", within: 30) { try await chain.status().gps.accepted >= 5 }
        let accepted = try await chain.positions().count
        let began = ContinuousClock.now
        #expect(try await chain.patrold?.stop() == 0)
        #expect(ContinuousClock.now - began < .seconds(10))
        chain.simulator?.kill()

        try await chain.startCollector()
        try await chain.startPatrold()
        #expect(try await chain.positions().count >= accepted)
        let kinds = try await chain.events().map(\.kind)
        #expect(kinds.contains("daemon.stopped"))
        try await eventually("all has arrived", within: 30) {
            let queue = try await chain.queue()
            return queue.positions.waiting == 0 && queue.events.waiting == 0
        }
        #expect(try await chain.patrold?.stop() == 0)
        try await chain.expectStationHoldsJournal()
    }

    @Test("A wrong token holds the upload, says so, and a right one resumes it")
    func held() async throws {
        let chain = try Chain()
        try chain.configure()
        try await chain.startCollector()
        let token = try String(contentsOf: URL(filePath: chain.folder.path("token")), encoding: .utf8)
        _ = try chain.folder.write("token", "wrong")
        try await chain.startPatrold()
        try await eventually("held", within: 20) { try await chain.queue().state == "held" }
        #expect(try await chain.events(kind: "upload.held").count == 1)
        #expect(try await chain.ctl("health").code == 2)
        #expect(chain.patrold?.log.contains("wrong") == false, "the token is in the log")
        _ = try chain.folder.write("token", token)
        // The next attempt is up to 5 min away; that the file has changed is found at once.
        try await eventually("delivered", within: 8) {
            let queue = try await chain.queue()
            return queue.events.waiting == 0 && queue.events.acknowledged > 0
        }
        // Whatever pause there is, a person may say now.
        chain.collector?.kill()
        #expect(try await chain.ctl("mark", "waits").code == 0)
        try await eventually("a pause of seconds", within: 60) {
            try await chain.queue().nextAttemptInSeconds ?? 0 > 15
        }
        try await chain.startCollector()
        let now = try await run("patrolctl", ["upload", "now", "--socket", chain.socket])
        #expect(now.code == 0 && now.output.contains("tried now"))
        try await eventually("delivered", within: 5) { try await chain.queue().events.waiting == 0 }
        let skipped = try await run("patrolctl", ["upload", "skip", "--reason", "none", "--socket", chain.socket])
        #expect(skipped.code == 0 && skipped.output == "0 refused records given up\n")
        #expect(try await run("patrolctl", ["upload", "skip", "--socket", chain.socket]).code == 1)
        #expect(try await chain.events(kind: "control.command").count == 1)
    }

    @Test("The same batches as JSON arrive as well")
    func json() async throws {
        let chain = try Chain()
        try chain.configure(upload: "encoding = \"json\"")
        try await chain.startCollector()
        try await chain.startReceiver(["route", Chain.route])
        try await chain.startPatrold()
        try await eventually("positions arrive", within: 30) { try await chain.queue().positions.acknowledged >= 5 }
        #expect(try await chain.patrold?.stop() == 0)
        try await chain.expectStationHoldsJournal()
    }
}
