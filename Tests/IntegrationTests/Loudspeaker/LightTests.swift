import Foundation
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

@Suite("The warning light", .enabled(if: Surroundings.hasPrograms, Surroundings.noPrograms))
struct LightTests {
    private func chain(_ table: (TemporaryFolder) throws -> String) throws -> Chain {
        let chain = try Chain()
        try chain.configure(upload: nil)
        let path = chain.folder.path("patrold.toml")
        let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        _ = try chain.folder.write("patrold.toml", text + table(chain.folder))
        return chain
    }

    private func duty(_ order: String, _ chain: Chain) async throws {
        let result = try await run("patrolctl", ["duty", order, "--socket", chain.socket])
        guard result.code == 0 else { throw Failure("duty \(order): \(result.errors)") }
    }

    private func health(_ chain: Chain) async throws -> HealthReport.Check {
        let report = try APICoding.decode(HealthReport.self, from: Array(try await chain.ctl("health").output.utf8))
        return try #require(report.checks.first { $0.name == "light" })
    }

    @Test("It blinks from the start of duty to its end, and through the end of the daemon, in order or not")
    func duty() async throws {
        var folder: LightFolder?
        let chain = try chain { temporary in
            let light = try LightFolder(in: temporary)
            folder = light
            return light.table
        }
        let light = try #require(folder)
        let dark = try light.state().contents
        try await chain.startPatrold()
        try await eventually("the light is seen to be dark", within: 3) {
            try await chain.events(kind: "light.off").count == 1
        }
        #expect(try light.state().contents == dark)
        try await duty("start", chain)
        try await eventually("the light is seen to blink", within: 3) {
            try await !chain.events(kind: "light.on").isEmpty
        }
        var blinking = try light.state()
        #expect(
            blinking.contents == ["trigger": "timer", "brightness": "0", "delay_on": "300", "delay_off": "200"]
        )
        #expect(try await health(chain).state == .ok)

        #expect(try await chain.patrold?.stop() == 0)
        #expect(try light.state() == blinking, "the stop touched the light")
        try await chain.startPatrold()
        try await eventually("the light is seen again", within: 3) {
            try await chain.events(kind: "light.on").count == 2
        }
        #expect(try light.state().contents == blinking.contents)
        blinking = try light.state()
        chain.patrold?.kill()
        #expect(try light.state() == blinking, "kill -9 touched the light")

        try await chain.startPatrold()
        try await duty("end", chain)
        try await eventually("the light is seen to be dark", within: 3) {
            try await chain.events(kind: "light.off").count == 2
        }
        #expect(try light.state().contents["trigger"] == "none")
        #expect(try light.state().contents["brightness"] == "0")
    }

    @Test("A light that is not there is a fault in health and on record; duty goes on without it")
    func missing() async throws {
        let chain = try chain { "[light]\nled = \"\($0.path("leds/nothing"))\"\n" }
        try await chain.startPatrold()
        try await duty("start", chain)
        try await eventually("the fault is on record", within: 5) {
            try await chain.events(kind: "light.fault").count == 1
        }
        let fault = try #require(try await chain.events(kind: "light.fault").first)
        #expect(fault.text("reason").contains("leds/nothing/trigger"))
        let check = try await health(chain)
        print("light: \(check.message)")
        #expect(check.state == .degraded && check.message.contains("leds/nothing/trigger"))
        #expect(try await chain.status().duty.kind == "patrol")
        #expect(try await chain.patrold?.stop() == 0)
    }
}
