import Foundation
import PatrolAPI
import Testing

@Suite(
    "What the air costs",
    .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["PATROLD_BENCH"] != nil, "PATROLD_BENCH is not set")
)
struct WireBenchTests {
    @Test("Live bytes a position with all of HTTP, at 30 s")
    func live() async throws {
        let chain = try Chain()
        try chain.configure(intervals: "moving_interval = \"30s\"\nparked_interval = \"30s\"")
        try await chain.startCollector()
        let relay = try SlowRelay(to: chain.collectorPort, delay: .zero)
        try chain.setURL("http://127.0.0.1:\(relay.port)")
        try await chain.startReceiver(["route", Chain.route])
        try await chain.startPatrold()
        try await eventually("the first batches with their events are over", within: 90) {
            try await chain.queue().positions.acknowledged >= 30
        }
        func sample() async throws -> (positions: Int64, bytes: Int) {
            let batches = try await chain.queue().batchesSent
            try await eventually("another batch", within: 60) { try await chain.queue().batchesSent > batches }
            return (try await chain.queue().positions.acknowledged, relay.bytes)
        }
        let begin = try await sample()
        _ = try await sample()
        let end = try await sample()
        let each = Double(end.bytes - begin.bytes) / Double(end.positions - begin.positions)
        print("live at 30 s: \(end.bytes - begin.bytes) bytes for \(end.positions - begin.positions) positions")
        print("live at 30 s: \((each * 10).rounded() / 10) bytes a position with all of HTTP; the target is 20")
        #expect(each < 30)
        #expect(try await chain.patrold?.stop() == 0)
        relay.stop()
    }
}
