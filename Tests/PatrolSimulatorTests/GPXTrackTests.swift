import Foundation
import PatrolCore
import Testing

@testable import patrol_simulator

@Suite("GPX as programs write it")
struct GPXTrackTests {
    private func track(_ points: String) throws -> GPXTrack {
        try GPXTrack(
            Data(
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <gpx version="1.1" creator="OpenTracks" xmlns="http://www.topografix.com/GPX/1/1"
                 xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2" xmlns:osmand="https://osmand.net">
                <trk><trkseg>\(points)</trkseg></trk></gpx>
                """.utf8
            )
        )
    }

    @Test("Elements of an extension never stand for the point's own, but for speed and course")
    func extensions() throws {
        let point = try #require(
            try track(
                """
                <trkpt lat="29.3" lon="106.3"><ele>280.5</ele><time>2026-11-25T13:00:00Z</time><extensions>
                <gpxtpx:TrackPointExtension><gpxtpx:speed>5.5</gpxtpx:speed><gpxtpx:ele>1</gpxtpx:ele></gpxtpx:TrackPointExtension>
                <osmand:time>1970-01-01T00:00:00Z</osmand:time><osmand:hdop>50</osmand:hdop><osmand:speed>99</osmand:speed>
                </extensions></trkpt>
                """
            ).points.first
        )
        #expect(point.altitude == 280.5)
        #expect(point.time == WallTime(iso8601: "2026-11-25T13:00:00Z"))
        #expect(point.speed == 5.5)
        #expect(point.hdop == nil)
    }

    @Test("Points without a time are left out and counted; a track of none but these is refused with their number")
    func withoutTime() throws {
        let timeless = #"<trkpt lat="29.3" lon="106.3"><ele>1</ele></trkpt>"#
        let timed = #"<trkpt lat="29.4" lon="106.3"><time>2026-11-25T13:00:00+08:00</time></trkpt>"#
        let track = try track(timeless + timed + timeless)
        #expect(track.points.count == 1 && track.leftOut == 2)
        let error = #expect(throws: SimulatorError.self) { try self.track(timeless + timeless) }
        #expect("\(try #require(error))".contains("none of the 2 track points has a time"))
    }
}
