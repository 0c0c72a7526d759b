import PatrolCore
import PatrolWire

/// A track as GeoJSON (RFC 7946), written page by page: longitude first, then latitude, then metres above sea level.
///
/// Points carry everything that is known of each position, which is what a desktop GIS filters and animates by. Lines
/// are what a web map draws: one for every thousand positions at most, so that neither side needs the whole in memory,
/// and none across a hole in the recording.
struct TrackJSON {
    enum Shape: String, CaseIterable {
        /// A Point for each position.
        case points
        /// LineStrings through them.
        case lines
    }

    /// Positions are recorded every minute at least while there is a fix: after five minutes without one nobody knows
    /// the way between.
    static let longestHole = Duration.seconds(300)

    private let shape: Shape
    /// The end of the page before, where a line goes on.
    private var last: Paged<HeldPosition>?

    init(shape: Shape) {
        self.shape = shape
    }

    func begin(_ json: inout JSONWriter) {
        json.begin("{\"type\":\"FeatureCollection\",\"features\":[")
    }

    mutating func write(_ positions: [Paged<HeldPosition>], to json: inout JSONWriter) {
        switch shape {
        case .points: for position in positions { point(position, &json) }
        case .lines: lines(positions, &json)
        }
    }

    func end(_ json: inout JSONWriter) {
        json.end("]}")
    }

    private func point(_ paged: Paged<HeldPosition>, _ json: inout JSONWriter) {
        json.object { json in
            json.member("type", "Feature")
            json.member("id", "\(paged.journal)/\(paged.sequence)")
            json.key("geometry")
            json.object { json in
                json.member("type", "Point")
                json.key("coordinates")
                coordinates(paged.record.position, &json)
            }
            json.key("properties")
            json.object { json in
                json.member("sequence", paged.sequence)
                RecordJSON.members(of: paged.record, to: &json)
            }
        }
    }

    private mutating func lines(_ positions: [Paged<HeldPosition>], _ json: inout JSONWriter) {
        var stretch: [Paged<HeldPosition>] = last.map { [$0] } ?? []
        for position in positions {
            if let before = stretch.last, !Self.isConnected(before, position) {
                line(stretch, &json)
                stretch = []
            }
            stretch.append(position)
        }
        line(stretch, &json)
        last = stretch.last
    }

    /// Section 3.1.4: a LineString has two positions or more.
    private func line(_ stretch: [Paged<HeldPosition>], _ json: inout JSONWriter) {
        guard let first = stretch.first, let last = stretch.last, stretch.count > 1 else { return }
        json.object { json in
            json.member("type", "Feature")
            json.key("geometry")
            json.object { json in
                json.member("type", "LineString")
                json.key("coordinates")
                json.array { json in
                    for position in stretch { coordinates(position.record.position, &json) }
                }
            }
            json.key("properties")
            json.object { json in
                json.member("from", RecordJSON.text(first.record.time.time))
                json.member("to", RecordJSON.text(last.record.time.time))
                json.member("positions", stretch.count)
            }
        }
    }

    /// Whether the cart drove from one to the other as far as anybody knows. Section 3.1.9 wants lines cut where they
    /// cross 180°; they are broken there instead, with a hole of one step.
    private static func isConnected(_ left: Paged<HeldPosition>, _ right: Paged<HeldPosition>) -> Bool {
        let longitudes = [left, right].map { Int64($0.record.position.coordinate.longitudeE7) }
        return left.journal == right.journal && left.record.boot == right.record.boot
            && right.record.time.time - left.record.time.time <= longestHole
            && abs(longitudes[0] - longitudes[1]) <= 1_800_000_000
    }

    private func coordinates(_ position: Position, _ json: inout JSONWriter) {
        json.array { json in
            json.fixed(Int64(position.coordinate.longitudeE7), places: 7)
            json.fixed(Int64(position.coordinate.latitudeE7), places: 7)
            if let altitude = position.altitudeDecimetres { json.fixed(Int64(altitude), places: 1) }
        }
    }
}
