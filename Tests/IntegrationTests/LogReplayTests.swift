import Foundation
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

/// Recorded receivers, each through the simulator, a real gpsd and the daemon: what gpsd reports is what the journal
/// holds, less what was refused, and each refusal has a line in the log with its reason.
@Suite("Recorded receiver logs", .enabled(if: Surroundings.hasTestData, Surroundings.noTestData))
struct LogReplayTests {
    static let logs = [
        "ais-nmea", "bu303-moving", "bu303-nofix", "bu353-glonass", "garmin17n", "gp-320fw-2019-04-06-overflow",
        "haicom-305N", "humminbird-M37", "magellan-ec10", "nmea-fuzzy-cases", "telit-he910", "ublox-8",
    ]

    @Test("The journal holds what gpsd reports", arguments: logs)
    func replay(log: String) async throws {
        let data = try #require(Surroundings.testData) + "/gps-logs/\(log)"
        let reports = try PositionReport.read(data + ".tpv.jsonl")
        let chain = try Chain()
        try chain.configure(position: "moving_interval = \"0s\"\nparked_interval = \"0s\"", upload: nil)
        try await chain.startReceiver(["log", data + ".log", "--once"])
        try await chain.startPatrold()
        try await eventually("every report of \(log) is judged", within: 60) {
            let gps = try await chain.status().gps
            return gps.accepted + gps.rejected.values.reduce(0, +) >= reports.count
        }
        let status = try await chain.status()
        let journal = try await chain.positions()
        let refusals = try Refusal.read(chain.patrold?.log ?? "")

        let expected = reports.compactMap(\.coordinate)
        let kept = try journal.map {
            try #require(Coordinate(latitude: $0.latitude, longitude: $0.longitude))
        }
        let refused = refusals.filter { $0.coordinate != nil }
        let reasons = Dictionary(grouping: refusals, by: \.reason).mapValues(\.count)
        print(
            "log \(log): \(reports.count) reports, \(expected.count) with a position, \(kept.count) kept,",
            reasons.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        )

        #expect(
            isInterleaving(expected, kept, refused.compactMap(\.coordinate)),
            "what was kept and what was refused do not make up what gpsd reported"
        )
        #expect(kept.count + refused.count == expected.count)
        #expect(kept.count == Int(status.gps.accepted))
        #expect(reasons.mapValues(Int64.init) == status.gps.rejected.filter { $0.value > 0 })
        #expect(try await chain.patrold?.stop() == 0)
    }
}

/// Whether `whole` consists of exactly the two parts, each in its order.
private func isInterleaving(_ whole: [Coordinate], _ left: [Coordinate], _ right: [Coordinate]) -> Bool {
    guard whole.count == left.count + right.count else { return false }
    // reachable[j]: the first i of `left` and the first j of `right` make up the first i + j of `whole`.
    var reachable = [Bool](repeating: false, count: right.count + 1)
    for i in 0...left.count {
        for j in 0...right.count {
            let byLeft = i > 0 && reachable[j] && left[i - 1] == whole[i + j - 1]
            let byRight = j > 0 && reachable[j - 1] && right[j - 1] == whole[i + j - 1]
            reachable[j] = i == 0 && j == 0 || byLeft || byRight
        }
    }
    return reachable[right.count]
}

/// A line of the daemon's log about a refused fix.
struct Refusal {
    var reason: String
    var coordinate: Coordinate?

    static func read(_ log: String) throws -> [Refusal] {
        log.matches(of: /fix refused:(.*)/).map { match in
            let values = match.output.1.split(separator: " ").reduce(into: [Substring: Substring]()) { values, word in
                let pair = word.split(separator: "=", maxSplits: 1)
                if pair.count == 2 { values[pair[0]] = pair[1] }
            }
            let latitude = values["latitude"].flatMap { Double($0) }
            let longitude = values["longitude"].flatMap { Double($0) }
            return Refusal(
                reason: String(values["reason"] ?? ""),
                coordinate: latitude.flatMap { latitude in
                    longitude.flatMap { Coordinate(latitude: latitude, longitude: $0) }
                }
            )
        }
    }
}
