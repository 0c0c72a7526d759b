/// The forms in which `GET /v1/track` answers.
public enum TrackFormat: String, CaseIterable, Sendable {
    /// GeoJSON (RFC 7946).
    case geojson
    /// GPX 1.1.
    case gpx

    /// The media type of the answer.
    public var contentType: String {
        switch self {
        case .geojson: "application/geo+json"
        case .gpx: "application/gpx+xml"
        }
    }
}
