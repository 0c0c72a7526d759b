import Foundation
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

@Suite("Boots with a system clock that is wrong", .enabled(if: Surroundings.hasPrograms, Surroundings.noPrograms))
struct ClockTests {
    @Test(
        "Untrusted until GPS has told the time, right within a second then, earlier records corrected at both ends",
        arguments: [-1_795_500_000, 86_400]
    )
    func wrongClock(offsetSeconds: Int) async throws {
        let chain = try Chain()
        try chain.configure()
        try await chain.startCollector()
        try await chain.startReceiver(["route", Chain.route])
        let shim = try await ClockShim(in: chain.folder, offsetSeconds: offsetSeconds)
        let began = Date()
        let patrold = try Program(
            "patrold",
            ["run", chain.folder.path("patrold.toml")],
            log: chain.folder.path("patrold.log"),
            environment: shim.environment
        )
        chain.patrold = patrold
        try await eventually("patrold answers", within: 10) { try await chain.ctl("status").code != 3 }
        let first = try await chain.status().clock
        if !first.trusted {
            let system = try #require(WallTime(iso8601: first.time)).millisecondsSince1970 / 1000
            #expect(abs(system - Int64(offsetSeconds) - Int64(Date().timeIntervalSince1970)) <= 2, "the shim works")
        }
        try await eventually("the clock is trusted", within: 30) { try await chain.status().clock.trusted }
        let time = try #require(WallTime(iso8601: try await chain.status().clock.time)).millisecondsSince1970
        let error = abs(Double(time) / 1000 - Date().timeIntervalSince1970)
        print("system clock off by \(offsetSeconds) s: trusted, and \(error) s from the truth")
        #expect(error <= 1)

        let started = try #require(try await chain.events(kind: "daemon.started").first)
        #expect(started.corrected == true)
        let startedAt = try #require(WallTime(iso8601: started.time ?? "")).millisecondsSince1970
        #expect(abs(Double(startedAt) / 1000 - began.timeIntervalSince1970) <= 3)
        try await eventually("the station has it, corrected", within: 30) {
            let text = String(decoding: try await chain.station("/v1/vehicles/\(chain.vehicle)/events"), as: UTF8.self)
            let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            let events = object?["events"] as? [[String: Any]] ?? []
            let first = events.first { $0["kind"] as? String == "daemon.started" }
            return first?["corrected"] as? Bool == true && first?["time"] as? String == started.time
        }
        #expect(try await patrold.stop() == 0)
    }
}

/// Lets one program see another `CLOCK_REALTIME`; the machine's own clock is nobody's to set in a test.
private struct ClockShim {
    let environment: [String: String]

    private static let source = """
        #define _GNU_SOURCE
        #include <stdlib.h>
        #include <sys/syscall.h>
        #include <time.h>
        #include <unistd.h>
        int clock_gettime(clockid_t clock, struct timespec *time) {
            int result = (int)syscall(SYS_clock_gettime, clock, time);
            const char *offset = getenv("CLOCK_OFFSET_SECONDS");
            if (result == 0 && clock == CLOCK_REALTIME && offset) time->tv_sec += atol(offset);
            return result;
        }
        """

    init(in folder: TemporaryFolder, offsetSeconds: Int) async throws {
        let source = try folder.write("clock.c", Self.source)
        let library = folder.path("clock.so")
        // The compiler that comes with Swift.
        let result = try await run("/usr/bin/env", ["clang", "-shared", "-fPIC", "-o", library, source])
        guard result.code == 0 else { throw Failure("the clock's shim was not built: \(result.errors)") }
        environment = ["LD_PRELOAD": library, "CLOCK_OFFSET_SECONDS": "\(offsetSeconds)"]
    }
}
