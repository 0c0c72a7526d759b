import PatrolCore
import PatrolWire
import Testing

@testable import PatrolCollector

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
        let delay = Duration.milliseconds(300)
        try await TestStation.with(adjust: { options, _ in options.faults.acknowledgementDelay = delay }) { station in
            async let answer = station.post(try Samples.batch(positions: 1...1))
            while try await station.get("/v1/vehicles").text == #"{"vehicles":[]}"# {}
            await station.stop()
            #expect(try await answer.acknowledged?["positions"] == 1)
        }
    }
}
