import Foundation
import Glibc
import PatrolAPI
import PatrolWire
import Testing

@Suite("A gpsd that goes away and comes back", .enabled(if: Surroundings.hasPrograms, Surroundings.noPrograms))
struct GPSFaultTests {
    private let route = Chain.route

    @Test("gpsd is gone for 20 s: lost, restored, and positions again within 10 s of its return")
    func gpsdRestarts() async throws {
        let chain = try Chain()
        try chain.configure(upload: nil)
        try await chain.startReceiver(["route", route])
        try await chain.startPatrold()
        try await eventually("a fix", within: 15) { try await chain.status().gps.hasFix }
        let source = try #require(chain.gpsdSource)

        chain.gpsd?.kill()
        try await eventually("the loss is recorded", within: 10) {
            try await !chain.events(kind: "gps.lost").isEmpty
        }
        let cpuBefore = try cpuSeconds(of: #require(chain.patrold))
        // The issue of a busy loop shows only over time: real seconds are the point here.
        try await Task.sleep(for: .seconds(20))
        let cpu = try cpuSeconds(of: #require(chain.patrold)) - cpuBefore
        #expect(cpu < 0.5, "\(cpu) s of CPU in 20 s without gpsd")
        #expect(try await chain.ctl("health").code == 2)

        let before = try await chain.status().gps.accepted
        let returned = ContinuousClock.now
        try await chain.startGPSD(source)
        try await eventually("positions again", within: 10) { try await chain.status().gps.accepted > before }
        print(
            "positions again \(ContinuousClock.now - returned) after gpsd's return; \(cpu) s of CPU in 20 s without it"
        )
        try await eventually("the return is recorded", within: 5) {
            try await chain.events(kind: "gps.restored").count == 2
        }
        #expect(try await chain.events(kind: "gps.lost").count == 1)
        try await eventually("health is fine again", within: 30) { try await chain.ctl("health").code == 0 }
    }

    @Test("A gpsd that accepts and then says nothing is given up, and the next one is used")
    func halfOpen() async throws {
        let chain = try Chain()
        try chain.configure(upload: nil)
        let listener = try SilentListener(port: chain.gpsdPort)
        try await chain.startPatrold()
        try await eventually("the silent one is given up and tried again", within: 40) {
            listener.acceptedConnections >= 2
        }
        let cpu = try cpuSeconds(of: #require(chain.patrold))
        #expect(cpu < 1, "\(cpu) s of CPU with a silent gpsd")
        #expect(listener.acceptedConnections <= 4, "\(listener.acceptedConnections) connections: hurried")
        #expect(try await chain.events(kind: "gps.lost").count == 1)
        listener.close()
        let returned = ContinuousClock.now
        try await chain.startReceiver(["route", route])
        // 10 s for the silence of a connection that the dead listener may have left behind, 10 s for the return.
        try await eventually("positions", within: 20) { try await chain.status().gps.accepted > 0 }
        print("positions \(ContinuousClock.now - returned) after a real gpsd took the silent one's place")
    }

    @Test("The daemon starts without gpsd and without network, and says so in health")
    func nothingThere() async throws {
        let chain = try Chain()
        try chain.configure()
        try await chain.startPatrold()
        try await eventually("health names both", within: 20) {
            let result = try await chain.ctl("health")
            let health = try APICoding.decode(HealthReport.self, from: Array(result.output.utf8))
            let degraded = Set(health.checks.filter { $0.state == .degraded }.map(\.name))
            return result.code == 2 && degraded.isSuperset(of: ["gps", "upload.station"])
        }
        #expect(try await chain.patrold?.stop() == 0)
    }
}

/// User and system time of a process so far, from proc_pid_stat(5).
func cpuSeconds(of program: Program) throws -> Double {
    let text = try String(contentsOf: URL(filePath: "/proc/\(program.processID)/stat"), encoding: .utf8)
    // The second field is the name in parentheses and may hold spaces; utime and stime are fields 14 and 15.
    let fields = text[text.index(after: text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
    let ticks = try #require(Double(fields[11])) + #require(Double(fields[12]))
    return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
}
