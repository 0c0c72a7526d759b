import Foundation
import PatrolCore

/// A position report as gpsd wrote it, from the files beside the recorded logs.
struct PositionReport: Decodable {
    var `class`: String
    var mode: Int
    var time: String?
    var lat: Double?
    var lon: Double?

    /// The place in the journal's resolution; `nil` without one.
    var coordinate: Coordinate? {
        guard mode >= 2, let lat, let lon else { return nil }
        return Coordinate(latitude: lat, longitude: lon)
    }

    static func read(_ path: String) throws -> [PositionReport] {
        try String(contentsOf: URL(filePath: path), encoding: .utf8).split(whereSeparator: \.isNewline).map {
            try JSONDecoder().decode(PositionReport.self, from: Data($0.utf8))
        }
    }
}
