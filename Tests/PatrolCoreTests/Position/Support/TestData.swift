import Foundation
import PatrolCore
import Testing

/// Recordings of real receivers that are too large, and not ours, to lie in the tree.
enum TestData {
    /// The folder with `tracks/` and `gps-logs/`.
    static let folder = ProcessInfo.processInfo.environment["PATROLD_TEST_DATA"].map { URL(filePath: $0) }
    static let isThere = folder != nil
    static let isMissing: Comment = "PATROLD_TEST_DATA does not name the folder with tracks/ and gps-logs/"

    /// The fixes of a GPX track, each received when it says; without errors unless `error` says one.
    static func track(_ name: String, error: Double? = nil) throws -> [Fix] {
        let file = try #require(folder).appending(path: "tracks/\(name).gpx")
        let text = try String(contentsOf: file, encoding: .utf8)
        let point = /<trkpt lat="([-0-9.]+)" lon="([-0-9.]+)">(.*?)<\/trkpt>/.dotMatchesNewlines()
        var began: WallTime?
        return try text.matches(of: point).map { match in
            let time = try utc(String(#require(match.output.3.firstMatch(of: /<time>(.*?)<\/time>/)).output.1))
            let start = began ?? time
            began = start
            var fix = Fix(receivedAt: Instant(millisecondsSinceBoot: 60_000) + (time - start), mode: .threeDimensional)
            fix.time = time
            fix.latitude = Double(match.output.1)
            fix.longitude = Double(match.output.2)
            fix.speed = match.output.3.firstMatch(of: /<speed>(.*?)<\/speed>/).flatMap { Double($0.output.1) }
            fix.horizontalError = error
            return fix
        }
    }

    /// The reports that gpsd makes of a recorded receiver log.
    /// - Parameter spacing: seconds between the reports on the boot clock: 1 for a live receiver, 0.001 for a replay.
    static func reports(_ log: String, spacing: Double) throws -> [Fix] {
        let file = try #require(folder).appending(path: "gps-logs/\(log).tpv.jsonl")
        let lines = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline)
        return try lines.enumerated().map { number, line in
            let report = try JSONDecoder().decode(Report.self, from: Data(line.utf8))
            let at = Instant(millisecondsSinceBoot: 60_000) + .milliseconds(Int64(Double(number) * spacing * 1000))
            var fix = Fix(receivedAt: at, mode: Fix.Mode(rawValue: report.mode) ?? .none)
            fix.status = report.status ?? 0
            fix.time = try report.time.map { try utc($0) }
            fix.latitude = report.lat
            fix.longitude = report.lon
            fix.altitude = report.altMSL
            fix.speed = report.speed
            fix.course = report.track
            fix.horizontalError = report.eph
            return fix
        }
    }

    private struct Report: Decodable {
        var mode: UInt8
        var status: UInt8?
        var time: String?
        var lat: Double?
        var lon: Double?
        var altMSL: Double?
        var speed: Double?
        var track: Double?
        var eph: Double?
    }
}
