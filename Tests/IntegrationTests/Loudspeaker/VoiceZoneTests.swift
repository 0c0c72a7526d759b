import Foundation
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

/// Places that are always quiet.
@Suite("A school on the way", .enabled(if: VoiceChain.isPossible, SoundCard.notInstalled))
struct VoiceZoneTests {
    /// Metres of a degree of longitude at 29.3° north.
    private static let metresPerDegree = 6_371_008.8 * Double.pi / 180 * cos(29.3 * Double.pi / 180)
    /// Half an hour of speaking without a pause.
    private static let tables = """
        [[programme]]
        name = "patrol"
        clips = ["long.wav"]
        gap = "1s"
        only_on_duty = false

        """
    private static let quiet = """
        [[quiet]]
        name = "schools"
        zone_kinds = ["school"]


        """

    private static func longitude(_ metres: Double) -> Double { 106.3 + metres / metresPerDegree }

    /// A straight road to the east.
    private static var road: String {
        """
        {"type": "FeatureCollection", "features": [{"type": "Feature",
          "properties": {"name": "road", "cruise_speed_mps": 10, "loop": false},
          "geometry": {"type": "LineString", "coordinates": [
            [\(longitude(0)), 29.3, 280.0], [\(longitude(1000)), 29.3, 280.0]
          ]}}]}
        """
    }

    /// A school on both sides of it, from so many metres on to so many.
    private static func school(_ begin: Double, _ end: Double) -> String {
        let corners = [(begin, 29.2995), (end, 29.2995), (end, 29.3005), (begin, 29.3005), (begin, 29.2995)]
        let ring = corners.map { "[\(longitude($0.0)), \($0.1)]" }.joined(separator: ", ")
        return """
            {"type": "FeatureCollection", "features": [{"type": "Feature",
              "properties": {"id": "school", "name": "西彭小学", "kind": "school"},
              "geometry": {"type": "Polygon", "coordinates": [[\(ring)]]}}]}
            """
    }

    @Test("Driving into a school's zone stops the clip at once; silent inside; it speaks again behind")
    func school() async throws {
        let voice = try await VoiceChain()
        try voice.makeTone("long.wav", seconds: 60)
        let road = try voice.chain.folder.write("road.geojson", Self.road)
        // The cart gathers speed for 17 s, so it is there some 14 s after the start and away from it 9 s later.
        let zones = try voice.chain.folder.write("zones.geojson", Self.school(70, 100))
        try voice.configure(quiet: Self.quiet, tables: Self.tables + "[zones]\nfile = \"\(zones)\"\n")
        try await voice.chain.startReceiver(["route", road])
        let begin = bootTime()
        try await voice.start()
        try await voice.awaitTrust()
        try await voice.awaitSound(since: begin, within: 5)

        let entered = try await voice.awaitEvent("zone.entered", within: 20)
        let cut = try await voice.awaitEvent("announcement.cut", within: 2)
        #expect(cut.text("cut_by") == "quiet" && cut.text("cut_because").contains("schools"))
        #expect(try await voice.say("long.wav") == "quiet")
        let status = try await voice.get(StatusReport.self, .status)
        #expect(status.zones == ["西彭小学"])
        #expect(status.announcements?.silence?.code == "quiet")

        let left = try await voice.awaitEvent("zone.left", within: 20)
        try await voice.awaitSound(since: left.at, within: 3)
        try await voice.settle()
        let recording = try voice.card.recording()
        let last = try #require(recording.lastSound(from: entered.at - .seconds(1), to: left.at))
        let runs = recording.runs(from: left.at - .milliseconds(100), to: bootTime())
        let next = try #require(runs.first).begin
        let late = (last - entered.at).inSeconds * 1000
        print(
            "silent \(late) ms after the fix that entered the zone, for \((left.at - entered.at).inSeconds) s; "
                + "sound again \((next - left.at).inSeconds) s after the one that left it"
        )
        // 20 ms of fade, and the way from the receiver's thread to the player.
        #expect(late < 80)
        #expect(next > left.at)
        for event in [entered, left] {
            #expect(event.text("zone") == "school" && event.text("kind") == "school")
            #expect(event.text("name") == "西彭小学")
        }
        #expect(try await voice.events("zone.entered", "zone.left").count == 2)
        #expect(
            try await voice.events("quiet.began", "quiet.ended").map(\.kind).suffix(2) == [
                "quiet.began", "quiet.ended",
            ]
        )
    }
}
