import Foundation
import FoundationXML
import PatrolCore

/// The track points of a GPX file (1.0 or 1.1), all tracks and segments in their order.
///
/// Speed and course are read where a file has them: as elements of GPX 1.0, or of an extension by the same local name. Of
/// anything else a point's own elements alone count: OpenTracks and OsmAnd repeat their names in extensions.
/// `fix` is not looked at: GPSBabel writes `none` for points with a place when the receiver sent no GSA.
struct GPXTrack {
    /// A place at a time. What a point does not tell, or tells out of any range, is `nil`.
    struct Point: Hashable {
        var coordinate: Coordinate
        var time: WallTime
        /// Metres.
        var altitude: Double?
        /// m/s.
        var speed: Double?
        /// Degrees from true north, 0 ..< 360.
        var course: Double?
        var hdop: Double?
        var satellites: Int?
    }

    /// Never empty.
    let points: [Point]
    /// How many points have no time, and so no moment at which they could be played: OsmAnd writes some, and planned routes
    /// have none.
    let leftOut: Int

    /// - Throws: if this is not GPX, has no track point with a time, or has one without a valid place.
    init(_ data: Data) throws(SimulatorError) {
        let reader = GPXReader()
        let parser = XMLParser(data: data)
        parser.shouldProcessNamespaces = true
        parser.delegate = reader
        let isWhole = parser.parse()
        if let problem = reader.problem { throw problem }
        guard reader.hasRoot else { throw SimulatorError("this is not a GPX file: there is no element <gpx>") }
        guard isWhole else {
            let reason = parser.parserError.map { ": \($0.localizedDescription)" } ?? ""
            throw SimulatorError("this is not XML from line \(parser.lineNumber) on\(reason)")
        }
        guard !reader.points.isEmpty else {
            throw SimulatorError(
                reader.leftOut == 0
                    ? "the track is empty: there is no element <trkpt>"
                    : "none of the \(reader.leftOut) track points has a time"
            )
        }
        points = reader.points
        leftOut = reader.leftOut
    }

    /// The points with speed and course where the file has none, computed from the point before (for the first one, from
    /// the point after it).
    var completed: [Point] {
        points.indices.map { index in
            var point = points[index]
            guard points.count > 1 else { return point }
            let (from, to) = index == 0 ? (points[0], points[1]) : (points[index - 1], point)
            let seconds = (to.time - from.time).inSeconds
            if point.speed == nil, seconds > 0 {
                point.speed = from.coordinate.distanceInMetres(to: to.coordinate) / seconds
            }
            if point.course == nil, let speed = point.speed, speed >= ReceiverNoise.courseThreshold {
                point.course = from.coordinate.course(to: to.coordinate)
            }
            return point
        }
    }
}

/// The events of the XML parser, turned into points.
private final class GPXReader: NSObject, XMLParserDelegate {
    private(set) var points: [GPXTrack.Point] = []
    private(set) var hasRoot = false
    private(set) var problem: SimulatorError?

    private(set) var leftOut = 0

    /// Between `<trkpt>` and `</trkpt>`.
    private var attributes: [String: String]?
    /// The elements that are open within it.
    private var open: [String] = []
    private var values: [String: String] = [:]
    private var text = ""

    private static let readFromExtensions: Set<String> = ["speed", "course"]

    func parser(
        _ parser: XMLParser,
        didStartElement name: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String]
    ) {
        text = ""
        if !hasRoot {
            hasRoot = name == "gpx"
            if !hasRoot { parser.abortParsing() }
        }
        if name == "trkpt" {
            self.attributes = attributes
            values = [:]
            open = []
        } else if self.attributes != nil {
            open.append(name)
        }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        // No value is longer than this; a file of one huge text must not be held twice.
        if attributes != nil, text.utf8.count < 256 { text += string }
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        guard let attributes else { return }
        guard name == "trkpt" else {
            open.removeLast()
            take(name)
            return
        }
        self.attributes = nil
        guard values["time"] != nil else {
            leftOut += 1
            return
        }
        do throws(SimulatorError) {
            points.append(try point(attributes))
        } catch {
            problem = error
            parser.abortParsing()
        }
    }

    /// An element of the point has ended.
    private func take(_ name: String) {
        let value = text.trimmingCharacters(in: .whitespacesAndNewlines)
        text = ""
        if open.isEmpty {
            values[name] = value
        } else if open.first == "extensions", Self.readFromExtensions.contains(name), values[name] == nil {
            values[name] = value
        }
    }

    private func point(_ attributes: [String: String]) throws(SimulatorError) -> GPXTrack.Point {
        let name = "track point \(points.count + leftOut + 1)"
        guard let latitude = attributes["lat"].flatMap(Double.init),
            let longitude = attributes["lon"].flatMap(Double.init),
            let coordinate = Coordinate(latitude: latitude, longitude: longitude)
        else {
            let given = "lat \(attributes["lat"] ?? "missing"), lon \(attributes["lon"] ?? "missing")"
            throw SimulatorError("\(name) has no valid place: \(given)")
        }
        guard let timeText = values["time"] else { throw SimulatorError("\(name) has no time") }
        guard let time = WallTime(iso8601: timeText) else {
            throw SimulatorError("\(name) has no valid time: \(timeText)")
        }
        return GPXTrack.Point(
            coordinate: coordinate,
            time: time,
            altitude: number(named: "ele", in: -12_000...100_000),
            speed: number(named: "speed", in: 0...10_000),
            course: number(named: "course", in: 0...360)?.normalizedCourse,
            hdop: number(named: "hdop", in: 0.01...100),
            satellites: number(named: "sat", in: 0...1000).map { Int($0) }
        )
    }

    private func number(named name: String, in range: ClosedRange<Double>) -> Double? {
        values[name].flatMap(Double.init).flatMap { range.contains($0) ? $0 : nil }
    }
}
