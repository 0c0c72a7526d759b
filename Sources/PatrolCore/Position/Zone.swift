/// A named place on the map with borders: a village, a school, an industrial park.
///
/// What follows from being in one is not said here: rules and programmes name zones by their ``id``.
public struct Zone: Hashable, Sendable {
    /// The stable name by which the configuration speaks of it, 1 to 64 characters; see ``ZoneBounds/idRule``.
    public let id: String
    /// What people call it, 1 to 128 characters without control characters.
    public let name: String
    /// What it is.
    public let kind: ZoneKind
    /// At least one; where they overlap, the place counts once.
    public let polygons: [ZonePolygon]

    /// Checks everything and says everything that is wrong.
    /// - Parameters:
    ///   - polygons: as in the `coordinates` of a GeoJSON MultiPolygon: polygons of rings of positions; the first ring of
    ///     each is its border, the others are holes (RFC 7946 §3.1.6, whose rule on winding order is not enforced).
    /// - Throws: ``ZoneError`` with every problem at once.
    public init(id: String, name: String, kind: ZoneKind, polygons: [[[ZonePosition]]]) throws(ZoneError) {
        var problems: [ZoneProblem] = []
        if !ZoneBounds.isID(id) {
            problems.append(ZoneProblem(.id, "is \"\(id)\"; allowed: \(ZoneBounds.idRule)"))
        }
        if !ZoneBounds.isName(name) {
            problems.append(ZoneProblem(.name, "is \"\(name)\"; allowed: \(ZoneBounds.nameRule)"))
        }
        let count = polygons.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } }
        var built: [ZonePolygon] = []
        if polygons.isEmpty {
            problems.append(ZoneProblem(.shape, "has no polygon; allowed: at least one"))
        } else if count > ZoneBounds.mostPositions {
            let allowed =
                "at most \(ZoneBounds.mostPositions) in a zone; a border needs no more than one every few metres"
            problems.append(ZoneProblem(.shape, "has \(count) positions; allowed: \(allowed)"))
        } else {
            for (index, rings) in polygons.enumerated() {
                do {
                    built.append(try ZonePolygon(rings: rings, index: index))
                } catch {
                    problems += error.problems
                }
            }
        }
        guard problems.isEmpty else { throw ZoneError(problems: problems) }
        self.id = id
        self.name = name
        self.kind = kind
        self.polygons = built
    }

    /// Whether a place is in the zone. Exact on the grid of 1e-7°; the border itself is in it, that of a hole too.
    public func contains(_ coordinate: Coordinate) -> Bool {
        polygons.contains { $0.contains(coordinate) }
    }

    /// Metres from a place to the zone; 0 in it. For the error see ``LocalPlane``.
    public func distanceInMetres(from coordinate: Coordinate) -> Double {
        distance(from: LocalPlane(around: coordinate), within: .infinity)
    }

    /// Metres from a plane's origin to the zone, 0 in it; infinity if they are more than `limit`.
    func distance(from plane: LocalPlane, within limit: Double) -> Double {
        var least = Double.infinity
        for polygon in polygons where least > 0 {
            least = min(least, polygon.distance(from: plane, within: min(limit, least)))
        }
        return least
    }

    /// The boxes of its polygons.
    var boxes: [GridBox] { polygons.map(\.outer.box) }

    /// Where a straight way first and last meets the zone's borders, as fractions of the way; `nil` if it does not.
    func contact(with way: ZoneWay) -> ClosedRange<Double>? {
        polygons.reduce(nil) { joined, polygon in polygon.contact(with: way, joining: joined) }
    }
}

/// What a zone is. The names are those of the zone file.
public enum ZoneKind: String, CaseIterable, Sendable {
    /// A village.
    case village
    /// A school or a kindergarten.
    case school
    /// A hospital or a home.
    case hospital
    /// An industrial park.
    case industrial
    /// Anything else.
    case other
}

/// A position as it stands in a zone file: degrees on WGS 84, longitude first (RFC 7946 §3.1.1), unchecked.
public struct ZonePosition: Hashable, Sendable {
    /// Degrees, positive to the east.
    public var longitude: Double
    /// Degrees, positive to the north.
    public var latitude: Double

    /// See the properties.
    public init(longitude: Double, latitude: Double) {
        self.longitude = longitude
        self.latitude = latitude
    }
}

/// The bounds of zones, each with its reason.
public enum ZoneBounds {
    /// Every fix is compared with every zone: 28 villages with a school and a hospital each, and as many again.
    public static let mostZones = 200
    /// Positions of one zone, holes included: 20 km of border at one every 10 m. The check for crossings compares each
    /// edge with each other in the worst case.
    public static let mostPositions = 2000
    /// Degrees, north to south and west to east, of one polygon. No township is as large; a polygon that is has a digit
    /// wrong. It also keeps the products of the exact arithmetic within 64 bits.
    public static let widestDegrees = 10
    /// Degrees, north and south. Nearer to a pole a map in longitude and latitude has no use, and nobody patrols.
    public static let farthestLatitude = 85
    /// Characters (Unicode scalars) of an id.
    public static let longestID = 64
    /// Characters (Unicode scalars) of a name.
    public static let longestName = 128

    /// In words, for messages.
    public static let idRule =
        "1 to \(longestID) letters of any script, digits, brackets, \"-\", \"_\", \".\", \"·\", \"、\" and spaces, no space at either "
        + "end"
    /// In words, for messages.
    public static let nameRule = "1 to \(longestName) characters, not only spaces, no line breaks or control characters"

    /// Whether a text may be the id of a zone.
    public static func isID(_ text: String) -> Bool {
        (1...longestID).contains(text.unicodeScalars.count)
            && text.first != " " && text.last != " "
            && text.unicodeScalars.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
                    .nonspacingMark, .spacingMark, .decimalNumber,
                    // 西彭小学（东门）, and what an input method writes for "-" and "_".
                    .openPunctuation, .closePunctuation, .dashPunctuation, .connectorPunctuation:
                    true
                default:
                    "-_. ·、".unicodeScalars.contains(scalar)
                }
            }
    }

    /// Whether a text may be the name of a zone.
    public static func isName(_ text: String) -> Bool {
        (1...longestName).contains(text.unicodeScalars.count)
            && text.unicodeScalars.contains { !$0.properties.isWhitespace }
            && text.unicodeScalars.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
                default: true
                }
            }
    }
}

/// Everything that is wrong with a zone.
public struct ZoneError: Error, Hashable {
    /// At least one.
    public var problems: [ZoneProblem]
}

/// One thing that is wrong with a zone.
public struct ZoneProblem: Hashable, Sendable {
    /// Where in the zone. Numbers count from 0, as in the paths of JSON.
    public enum Place: Hashable, Sendable {
        /// Its id.
        case id
        /// Its name.
        case name
        /// All polygons together.
        case shape
        /// One polygon.
        case polygon(Int)
        /// One ring of a polygon; ring 0 is the border, the others are holes.
        case ring(polygon: Int, ring: Int)
        /// One position of a ring.
        case position(polygon: Int, ring: Int, position: Int)
    }

    /// Where.
    public var place: Place
    /// What is wrong, and what is allowed.
    public var message: String

    init(_ place: Place, _ message: String) {
        self.place = place
        self.message = message
    }
}
