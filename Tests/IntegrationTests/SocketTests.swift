import Foundation
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

@Suite("The local socket and patrolctl", .enabled(if: Surroundings.hasPrograms, Surroundings.noPrograms))
struct SocketTests {
    @Test("curl and patrolctl say the same; the position says how old it is; exit codes are as promised")
    func answers() async throws {
        let chain = try Chain()
        #expect(try await chain.ctl("status").code == 3)
        try chain.configure(upload: nil)
        try await chain.startReceiver(["route", Chain.route])
        try await chain.startPatrold()
        try await eventually("a trusted clock and a fix", within: 30) {
            let status = try await chain.status()
            return status.clock.trusted && status.gps.hasFix
        }
        let curl = try await run("/usr/bin/curl", ["-sS", "--unix-socket", chain.socket, "http://patrold/v1/status"])
        let status = try APICoding.decode(StatusReport.self, from: Array(curl.output.utf8))
        #expect(status.vehicle == chain.vehicle)
        #expect(try #require(status.position).ageSeconds < 3)
        #expect(try await chain.ctl("health").code == 0)
        let text = try await run("patrolctl", ["status", "--socket", chain.socket])
        #expect(text.output.contains(" s old"))
        #expect(try await run("patrolctl", ["nonsense"]).code == 1)
        let nowhere = try await run("patrolctl", ["status", "--socket", ""])
        #expect(nowhere.code == 1 && nowhere.errors.contains("--socket is empty; allowed: "))
        #expect(try await run("patrolctl", ["records", "--socket", chain.socket, "--last", "0"]).code == 1)
        let refused = try await run("patrolctl", ["records", "--socket", chain.socket, "--from", "yesterday"])
        #expect(refused.code == 1)
        #expect(refused.errors.contains("from is \"yesterday\"") && refused.errors.contains("RFC 3339"))

        chain.gpsd?.kill()
        try await eventually("the position on the screen grows old", within: 20) {
            try #require(try await chain.status().position).ageSeconds > 4
        }
        let mode = try FileManager.default.attributesOfItem(atPath: chain.socket)[.posixPermissions] as? Int
        #expect(mode == 0o666)
    }

    @Test("A track is GeoJSON and GPX; the stream begins with the status and goes on with positions")
    func trackAndStream() async throws {
        let chain = try Chain()
        try chain.configure(upload: nil)
        try await chain.startReceiver(["route", Chain.route])
        try await chain.startPatrold()
        try await eventually("some positions", within: 30) { try await chain.positions().count >= 4 }
        let track = try await chain.ctl("track").output
        let features = try #require(try JSONSerialization.jsonObject(with: Data(track.utf8)) as? [String: Any])
        #expect(features["type"] as? String == "FeatureCollection")
        #expect(try #require(features["features"] as? [Any]).count >= 4)
        let gpx = try await run("patrolctl", ["track", "--format", "gpx", "--socket", chain.socket])
        _ = try chain.folder.write("track.gpx", gpx.output)
        let lint = try XMLDocumentCheck(gpx.output)
        #expect(lint.elements["trkpt", default: 0] >= 4)
        let none = try await run("patrolctl", ["track", "--to", "2000-01-01", "--socket", chain.socket])
        #expect(none.output.filter { !$0.isWhitespace } == #"{"type":"FeatureCollection","features":[]}"#)

        let stream = try await run(
            "/usr/bin/curl",
            ["-sS", "-N", "--max-time", "4", "--unix-socket", chain.socket, "http://patrold/v1/stream"]
        )
        let items = try stream.output.split(separator: "\n").map {
            try APICoding.decode(StreamItem.self, from: Array($0.utf8))
        }
        #expect(items.first?.status != nil)
        #expect(items.dropFirst().filter { $0.position != nil }.count >= 2)
    }

    @Test("A mark forges no line and moves no cursor, and watch fits a small window with health in it")
    func terminal() async throws {
        let chain = try Chain()
        try chain.configure(upload: nil)
        try await chain.startPatrold()
        let forged = "a\n2026-11-26 21:00:00 +08:00  daemon.stopped  by=nobody\u{1B}[2J\u{9B}1A\u{202E}"
        for _ in 0..<20 { #expect(try await chain.ctl("mark", forged).code == 0) }
        let records = try await run("patrolctl", ["records", "--kind", "mark", "--socket", chain.socket])
        #expect(records.output.split(separator: "\n").count == 20)
        let shown = #"a\n2026-11-26 21:00:00 +08:00  daemon.stopped  by=nobody\x1b[2J\x9b1A\u202e"#
        #expect(records.output.contains(shown))
        #expect(!records.output.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{9B}" || $0 == "\u{202E}" })
        let exact = try await chain.events(kind: "mark").last?.details["text"]?.value
        #expect(exact == .string(forged), "JSON has it as it is")
        #expect(try #require(chain.patrold).log.contains(#"by=nobody\x1b[2J"#))

        let program = "\(try #require(Surroundings.programs))/patrolctl"
        let watch = "stty cols 60 rows 15; timeout 2 '\(program)' watch --socket '\(chain.socket)'"
        let screen = try await run("/usr/bin/script", ["-qec", watch, "/dev/null"])
        let frames = screen.output.components(separatedBy: "\u{1B}[H").dropFirst()
        #expect(!frames.isEmpty)
        for frame in frames {
            let lines = frame.components(separatedBy: "\r\n").dropLast()
            #expect(lines.count <= 14 && lines.contains { $0.hasPrefix("health ") })
            for line in lines {
                let text = line.replacing("\u{1B}[K", with: "").replacing("\r", with: "")
                #expect(DisplayWidth.columns(of: text) <= 60, "\(text)")
            }
        }
    }
}
