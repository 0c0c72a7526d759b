import PatrolAPI
import PatrolCore
import PatrolJournal
import PatrolWire

/// Writes a track page by page, so that a month of positions never stands in memory.
struct TrackWriter {
    private let format: TrackFormat
    private var isFirst = true

    init(format: TrackFormat) {
        self.format = format
    }

    /// What stands before the first position.
    var head: String {
        switch format {
        case .geojson:
            #"{"type":"FeatureCollection","features":["#
        case .gpx:
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <gpx version="1.1" creator="patrold" xmlns="http://www.topografix.com/GPX/1/1">
            <trk><trkseg>

            """
        }
    }

    /// What stands behind the last one.
    var tail: String {
        switch format {
        case .geojson: "]}\n"
        case .gpx: "</trkseg></trk>\n</gpx>\n"
        }
    }

    /// Some positions, in the order of the track.
    mutating func part(_ positions: [Dated<Position>]) throws -> String {
        var text = ""
        for position in positions {
            switch format {
            case .geojson:
                text += (isFirst ? "" : ",\n") + (try APICoding.line(PositionFeature(PositionJSON(position))))
            case .gpx:
                text += Self.trackPoint(PositionJSON(position))
            }
            isFirst = false
        }
        return text
    }

    /// GPX 1.1 fixes the order of the elements: ele, time, fix, sat. It has no place for speed and course.
    private static func trackPoint(_ position: PositionJSON) -> String {
        var point = "<trkpt lat=\"\(position.latitude)\" lon=\"\(position.longitude)\">"
        if let altitude = position.altitudeMetres { point += "<ele>\(altitude)</ele>" }
        if let time = position.time { point += "<time>\(time)</time>" }
        point += "<fix>\(position.mode)d</fix>"
        if let satellites = position.satellites { point += "<sat>\(satellites)</sat>" }
        return point + "</trkpt>\n"
    }
}
