import PatrolAPI
import PatrolCore
import PatrolJournal
import PatrolWire

/// Writes a track page by page, so that a month of positions never stands in memory.
struct TrackWriter {
    private let format: TrackFormat
    private var json = JSONWriter(capacity: 400_000)
    private var clock = TimeText()

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
    mutating func part(_ positions: [Dated<Position>]) -> [UInt8] {
        switch format {
        case .geojson:
            for position in positions {
                json.feature(position.recorded, time: position.effectiveTime, isCorrected: position.isCorrected)
                json.lineEnd()
            }
            defer { json.forgetBytes() }
            return json.bytes
        case .gpx:
            var bytes: [UInt8] = []
            bytes.reserveCapacity(positions.count * 160)
            for position in positions { trackPoint(position, &bytes) }
            return bytes
        }
    }

    /// GPX 1.1 fixes the order of the elements: ele, time, fix, sat. It has no place for speed and course.
    private mutating func trackPoint(_ dated: Dated<Position>, _ bytes: inout [UInt8]) {
        let position = dated.recorded.record
        bytes += #"<trkpt lat=""#.utf8
        bytes.append(decimal: Int64(position.coordinate.latitudeE7), places: 7)
        bytes += #"" lon=""#.utf8
        bytes.append(decimal: Int64(position.coordinate.longitudeE7), places: 7)
        bytes += #"">"#.utf8
        if let altitude = position.altitudeDecimetres {
            bytes += "<ele>".utf8
            bytes.append(decimal: Int64(altitude), places: 1)
            bytes += "</ele>".utf8
        }
        if let time = dated.effectiveTime {
            bytes += "<time>".utf8
            clock.append(time, to: &bytes, isQuoted: false)
            bytes += "</time>".utf8
        }
        bytes += "<fix>".utf8
        bytes.append(decimal: Int64(position.mode.rawValue), places: 0)
        bytes += "d</fix>".utf8
        if let satellites = position.satellitesUsed {
            bytes += "<sat>".utf8
            bytes.append(decimal: Int64(satellites), places: 0)
            bytes += "</sat>".utf8
        }
        bytes += "</trkpt>\n".utf8
    }
}
