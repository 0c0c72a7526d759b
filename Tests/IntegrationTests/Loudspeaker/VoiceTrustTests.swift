import Foundation
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

/// What may sound at all, and what is on record of it.
@Suite("A cart's voice and its clock", .enabled(if: VoiceChain.isPossible, SoundCard.notInstalled))
struct VoiceTrustTests {
    private static let programme = """
        [[programme]]
        name = "patrol"
        clips = ["a.flac", "b.ogg"]
        gap = "1s"
        only_on_duty = false

        """

    /// A zone around the place from which the route sets off.
    private static let zones = """
        {"type": "FeatureCollection", "features": [{"type": "Feature",
          "properties": {"id": "station", "name": "西彭派出所", "kind": "other"},
          "geometry": {"type": "Polygon", "coordinates": [[
            [106.322, 29.300], [106.328, 29.300], [106.328, 29.306], [106.322, 29.306], [106.322, 29.300]
          ]]}}]}
        """

    @Test("Silent until GPS has told the time; then it speaks, and the record says what was heard")
    func silentUntilTrusted() async throws {
        let voice = try await VoiceChain()
        let rates = ["a.flac": 22_050, "b.ogg": 16_000]
        try voice.makeClip("a.flac", TestClip(format: .flac, rate: 22_050, sound: .chord, seconds: 1.3))
        try voice.makeClip("b.ogg", TestClip(format: .ogg, rate: 16_000, sound: .noise, channels: 2, seconds: 0.9))
        let zones = try voice.chain.folder.write("zones.geojson", Self.zones)
        try voice.configure(tables: Self.programme + "[zones]\nfile = \"\(zones)\"\n")
        let begin = bootTime()
        try await voice.start()
        if try await voice.get(StatusReport.self, .status).clock.trusted {
            try Test.cancel("NTP holds this machine's clock, so that patrold knows the time without GPS")
        }
        try await voice.awaitEvent("announcement.skipped", within: 5) {
            $0.text("because") == "clock-untrusted" && $0.text("programme") == "patrol"
        }
        // Real seconds of silence are the point here: three slots come and go.
        try await Task.sleep(for: .seconds(3))
        #expect(try voice.lastSound(since: begin) == nil)
        #expect(try await voice.say("a.flac", priority: "emergency", reason: "fire") == "clock-untrusted")

        try await voice.awaitTrust()
        try await eventually("two clips were played", within: 15) {
            try await voice.events("announcement.finished").count >= 2
        }
        try await expectClockIsRight(voice)
        try await voice.settle()
        let trusted = try #require(try await voice.events("clock.trusted").first)
        #expect(try voice.card.recording().lastSound(from: begin, to: trusted.at) == nil)
        let starts = try await voice.events("announcement.started")
        let ends = try await voice.events("announcement.finished")
        for (started, finished) in zip(starts, ends).prefix(2) {
            try await expectRecord(started, finished, agreesWith: voice, rates: rates)
        }
    }

    private func expectClockIsRight(_ voice: VoiceChain) async throws {
        let time = try await voice.get(StatusReport.self, .status).clock.time
        let told = try #require(WallTime(iso8601: time))
        let error = Double(told.millisecondsSince1970) / 1000 - Date().timeIntervalSince1970
        print("the daemon's clock is off by \(error) s")
        #expect(abs(error) < 1)
    }

    /// The record of a play against the file and the recording.
    private func expectRecord(
        _ started: EventJSON,
        _ finished: EventJSON,
        agreesWith voice: VoiceChain,
        rates: [String: Int]
    ) async throws {
        let name = started.text("clip")
        let rate = Double(try #require(rates[name]))
        let sum = try await run("/usr/bin/sha256sum", ["\(voice.clips)/\(name)"]).output.prefix(64)
        for event in [started, finished] {
            #expect(event.text("clip") == name && event.text("sha256") == sum)
            #expect(event.text("programme") == "patrol" && event.text("priority") == "scheduled")
            #expect(event.text("zones") == "station")
            #expect(event.time != nil)
        }
        #expect(started.integer("play") == finished.integer("play"))
        #expect(finished.text("ended") == "finished")
        let played = try #require(finished.integer("frames_played"))
        #expect(finished.integer("frames_total") == played)
        let heard = try voice.card.recording().runs(
            from: started.at - .milliseconds(200),
            to: finished.at + .milliseconds(200)
        ).reduce(0) { $0 + $1.duration.inSeconds }
        print("\(name): \(played) frames are \(Double(played) / rate) s, recorded \(heard) s")
        #expect(abs(heard - Double(played) / rate) < 0.02, "\(name): recorded \(heard) s")
    }
}
