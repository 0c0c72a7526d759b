import Foundation
import Glibc
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

/// `make bench`: what the daemon costs, measured on the installed program with a real gpsd at 1 Hz.
///
/// Each figure is printed with its spread over several rounds; the targets are asserted on the median.
@Suite(
    "What the daemon costs",
    .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["PATROLD_BENCH"] != nil, "PATROLD_BENCH is not set")
)
struct BenchTests {
    static let rounds = 5
    static let roundSeconds = 20

    @Test("Memory, wake-ups and CPU at 1 Hz")
    func steadyState() async throws {
        print("machine: \(try machine())")
        print(
            "workload: simulated route at 1 Hz through gpsd, every position recorded and uploaded to a local collector"
        )
        let chain = try Chain()
        try chain.configure(
            upload: "",
            commitInterval: "10s",
            intervals: "moving_interval = \"30s\"\nparked_interval = \"30s\""
        )
        try await chain.startCollector()
        try await chain.startReceiver(["route", Chain.route])
        try await chain.startPatrold()
        let patrold = try #require(chain.patrold)
        try await eventually("the cart moves", within: 60) { try await chain.status().position?.motion == "moving" }
        // Real seconds are what is measured here.
        try await Task.sleep(for: .seconds(10))
        var wakeUps: [Double] = []
        var cpu: [Double] = []
        for _ in 0..<Self.rounds {
            // Asking costs the daemon something too, so it is done outside the measured seconds.
            let acceptedBefore = try await chain.status().gps.accepted
            let before = try Usage(patrold)
            try await Task.sleep(for: .seconds(Self.roundSeconds))
            let used = try Usage(patrold).since(before)
            let accepted = try await chain.status().gps.accepted - acceptedBefore
            wakeUps.append(Double(used.wakeUps) / Double(Self.roundSeconds))
            cpu.append(used.cpuMilliseconds / Double(max(1, accepted)))
        }
        let memory = try Memory(patrold)
        print("resident \(memory.residentMiB) MiB (target 31), anonymous \(memory.anonymousMiB) MiB (target 4)")
        print("wake-ups per second at 1 Hz: \(Spread(wakeUps)) (target 3)")
        print("CPU per position: \(Spread(cpu)) ms (target 0.25)")
        #expect(memory.residentMiB <= 31)
        #expect(memory.anonymousMiB <= 4)
        #expect(Spread(wakeUps).median <= 3)
        #expect(Spread(cpu).median <= 0.25)
        #expect(try await chain.patrold?.stop() == 0)
    }

    @Test("Silent all day, with a loudspeaker and a programme that is due again and again")
    func silence() async throws {
        let chain = try Chain()
        try chain.configure(upload: nil, commitInterval: "10s")
        var dice = SplitMix64(seed: 1)
        try FileManager.default.createDirectory(atPath: chain.folder.path("clips"), withIntermediateDirectories: false)
        try TestClip(format: .wav, rate: 16_000, sound: .chord, seconds: 1)
            .write(to: chain.folder.path("clips/clip.wav"), using: &dice)
        let text = try String(contentsOf: URL(filePath: chain.folder.path("patrold.toml")), encoding: .utf8)
        _ = try chain.folder.write(
            "patrold.toml",
            "time_zone = \"Asia/Shanghai\"\n" + text + """

                [loudspeaker]
                clips = "\(chain.folder.path("clips"))"
                player = "\(try #require(Surroundings.programs))/patrol-player"
                [[quiet]]
                name = "always"
                from = "12:01"
                to = "12:00"
                [[programme]]
                name = "patrol"
                clips = ["clip.wav"]
                gap = "1s"
                only_on_duty = false
                """
        )
        try await chain.startPatrold()
        let patrold = try #require(chain.patrold)
        // Without gpsd: nothing happens at all but the attempts to reach it, every 3 s.
        let idle = try await wakeUps(of: patrold)
        try await chain.startReceiver(["route", Chain.route])
        try await eventually("a trusted clock", within: 60) { try await chain.status().clock.trusted }
        let driving = try await wakeUps(of: patrold)
        #expect(try await chain.status().announcements?.quiet.rule == "always")
        print("wake-ups per second, silent, loudspeaker configured, a turn due each second: without gpsd \(idle),")
        print("  at 1 Hz, every position recorded, \(driving) (target 3)")
        #expect(idle.median <= 2)
        #expect(driving.median <= 3)
        #expect(try await chain.patrold?.stop() == 0)
    }

    /// Over several rounds; what is measured is real time.
    private func wakeUps(of program: Program) async throws -> Spread {
        var wakeUps: [Double] = []
        // Its start is not measured.
        try await Task.sleep(for: .seconds(3))
        for _ in 0..<Self.rounds {
            let before = try Usage(program)
            try await Task.sleep(for: .seconds(6))
            wakeUps.append(Double(try Usage(program).since(before).wakeUps) / 6)
        }
        return Spread(wakeUps)
    }

    @Test("Start to ready")
    func start() async throws {
        var milliseconds: [Double] = []
        let chain = try Chain()
        try chain.configure(upload: nil)
        let socket = try NotifySocket(chain.folder.path("notify"))
        for _ in 0..<11 {
            let began = ContinuousClock.now
            let patrold = try Program(
                "patrold",
                ["run", chain.folder.path("patrold.toml")],
                log: chain.folder.path("patrold.log"),
                environment: ["NOTIFY_SOCKET": socket.path]
            )
            try socket.wait(for: "READY=1", seconds: 10)
            milliseconds.append((ContinuousClock.now - began) / .milliseconds(1))
            #expect(try await patrold.stop() == 0)
        }
        print("start to ready: \(Spread(milliseconds)) ms (target 50), from exec with an existing journal")
        #expect(Spread(milliseconds).median <= 50)
    }

    @Test("Status over the socket")
    func status() async throws {
        let chain = try Chain()
        try chain.configure(upload: nil)
        try await chain.startReceiver(["route", Chain.route])
        try await chain.startPatrold()
        try await eventually("a fix", within: 15) { try await chain.status().gps.hasFix }
        let connection = try RawConnection(chain.socket)
        for _ in 0..<200 { try connection.ask("/v1/status") }
        var medians: [Double] = []
        for _ in 0..<Self.rounds {
            var milliseconds: [Double] = []
            for _ in 0..<1000 {
                let began = ContinuousClock.now
                try connection.ask("/v1/status")
                milliseconds.append((ContinuousClock.now - began) / .milliseconds(1))
            }
            medians.append(Spread(milliseconds).median)
        }
        print("p50 of GET /v1/status, 1000 requests on one connection: \(Spread(medians)) ms (target 0.25)")
        #expect(Spread(medians).median <= 0.25)
        #expect(try await chain.patrold?.stop() == 0)
    }
}

/// Least, median and greatest of several figures.
struct Spread: CustomStringConvertible {
    let minimum, median, maximum: Double

    init(_ values: [Double]) {
        let sorted = values.sorted()
        minimum = sorted.first ?? .nan
        median = sorted.isEmpty ? .nan : sorted[sorted.count / 2]
        maximum = sorted.last ?? .nan
    }

    var description: String { "\(short(median)) (\(short(minimum))–\(short(maximum)))" }

    private func short(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
}
