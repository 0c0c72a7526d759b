import NIOHTTP1
import PatrolCore
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("Batches that went wrong on the way")
struct FuzzTests {
    /// So many for each encoding; a failure names the seed of its own mutation.
    private static let count = 2000

    @Test("Whatever arrives is stored or refused, and never breaks the collector", arguments: WireEncoding.allCases)
    func mutations(encoding: WireEncoding) async throws {
        let batch = try Samples.batch(latest: 400, boots: [Samples.boot()], positions: 1...150, events: 1...5)
        let whole = try Samples.encode(batch, as: encoding)
        let headers: HTTPHeaders = [
            "Content-Type": encoding.contentType, "Authorization": "Bearer \(TestStation.token)",
        ]
        let firstSeed = RunSeed.next(for: "damaged batches as \(encoding)")
        try await TestStation.with { station in
            var stored = 0
            for offset in 0..<UInt64(Self.count) {
                let seed = firstSeed &+ offset
                var random = SplitMix64(seed: seed)
                let answer = try await station.post(Self.mutate(whole, &random), headers: headers)
                #expect(
                    [200, 400, 403, 409, 413].contains(answer.status),
                    "seed \(seed): \(answer.status) \(answer.text)"
                )
                if answer.status == 200 { stored += 1 }
            }
            // A mutated one may have taken the place of a number: then the true one contradicts it.
            #expect([200, 409].contains(try await station.post(batch, as: encoding).status))
            // Whatever was let in can be shown.
            for path in ["/v1/vehicles", "/v1/vehicles/cart-01/track", "/v1/vehicles/cart-01/events"] {
                let answer = try await station.get(path)
                #expect(answer.status == 200, "first seed \(firstSeed)")
                #expect(!answer.json.isEmpty)
            }
            let health = try await station.get("/v1/health").text
            for check in ["store", "integrity"] {
                #expect(health.contains(#"{"name":"\#(check)","state":"ok""#), "\(health)")
            }
            print("\(encoding): \(stored) of \(Self.count) mutated batches were stored")
        }
    }

    /// One to eight changes: a bit, a byte, a piece cut out or repeated, an end cut off.
    private static func mutate(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...8, using: &random) where !bytes.isEmpty {
            let at = Int.random(in: 0..<bytes.count, using: &random)
            let end = min(bytes.count, at + Int.random(in: 1...16, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 1: bytes[at] = UInt8.random(in: .min ... .max, using: &random)
            case 2: bytes[at] = [0x00, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
            case 3: bytes.removeSubrange(at..<end)
            case 4: bytes.insert(contentsOf: bytes[at..<end], at: at)
            default: if Bool.random(using: &random) { bytes.removeSubrange(end...) }
            }
        }
        return bytes
    }
}
