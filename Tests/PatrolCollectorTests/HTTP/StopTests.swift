import Dispatch
import PatrolCore
import PatrolWire
import Synchronization
import Testing

@testable import PatrolCollector

private final class Flag: Sendable {
    private let value = Mutex(false)

    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
}

@Suite("A stop of the station")
struct StopTests {
    private static let batch =
        "POST /v1/batches HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(TestStation.token)\r\n"
        + "Content-Type: application/json\r\nContent-Length: 900\r\n"

    @Test(
        "A batch that has not come in full is not waited for",
        arguments: ["", "POST /v1/ba", batch, batch + "\r\n", batch + "\r\n{", batch + "Expect: 100-continue\r\n\r\n"]
    )
    func incomplete(beginning: String) async throws {
        let (client, began) = try await TestStation.with { station in
            let client = try RawConnection(port: try station.port)
            client.send(beginning)
            #expect(try await station.get("/v1/health").status == 200)
            return (client, ContinuousClock.now)
        }
        #expect(ContinuousClock.now - began < .seconds(5))
        _ = client
    }

    @Test("One that has come in full is answered")
    func complete() async throws {
        // While the writer hangs, nobody but a batch that is about to be stored asks the station what time it is.
        let (dated, isDated) = AsyncStream.makeStream(of: Void.self)
        let (begun, hangs) = AsyncStream.makeStream(of: Void.self)
        let release = DispatchSemaphore(value: 0)
        let hanging = Flag()
        let clock: @Sendable () -> WallTime = {
            if hanging.isSet { isDated.finish() }
            return TestStore.arrival
        }
        try await TestStation.with(systemTime: clock) { station in
            async let hang: Void = station.collector.writer.hang(hangs, until: release)
            for await _ in begun {}
            hanging.set()
            async let answer = station.post(try Samples.batch(positions: 1...1))
            for await _ in dated {}
            await station.stop()
            release.signal()
            #expect(try await answer.acknowledged?["positions"] == 1)
            await hang
        }
    }
}
