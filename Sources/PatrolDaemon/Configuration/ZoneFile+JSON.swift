import FoundationEssentials
import PatrolCore

extension ZoneFile {
    /// The part of a FeatureCollection that zones are made of.
    ///
    /// Whatever has the wrong type is kept as a ``Reading/wrong(_:)`` beside what is right, so that one mistake does not hide
    /// the next.
    struct Document: Decodable {
        var type: Reading<String>?
        var features: Reading<[Reading<Feature>]>?
        var crs: Reading<ReferenceSystem>?
    }

    /// A member that RFC 7946 has abolished and older programs write.
    struct ReferenceSystem: Decodable {
        struct Properties: Decodable {
            var name: String?
        }

        var properties: Properties?
    }

    /// One thing on the map.
    struct Feature: Decodable {
        struct Properties: Decodable {
            var id: Reading<Label>?
            var name: Reading<Label>?
            var kind: Reading<String>?
        }

        var type: Reading<String>?
        var properties: Reading<Properties>?
        var geometry: Reading<Geometry>?
    }

    /// A text, or a whole number as QGIS numbers its features.
    struct Label: Decodable {
        var text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            do {
                text = String(try container.decode(Int64.self))
            } catch {
                text = try container.decode(String.self)
            }
        }
    }

    /// A geometry: one that a zone can have, or the name of another.
    enum Geometry: Decodable {
        case polygon(Reading<[[Position]]>?)
        case multiPolygon(Reading<[[[Position]]]>?)
        case other(Reading<String>?)

        static let allowed = "\"Polygon\" or \"MultiPolygon\""

        /// Longitude, latitude and perhaps an altitude, which a zone does not have.
        struct Position: Decodable {
            var position: ZonePosition

            init(from decoder: any Decoder) throws {
                var container = try decoder.unkeyedContainer()
                let numbers = try (0..<3).compactMap { _ in
                    container.isAtEnd ? nil : try container.decode(Double.self)
                }
                guard numbers.count >= 2, container.isAtEnd else {
                    throw DecodingError.dataCorrupted(
                        DecodingError.Context(
                            codingPath: decoder.codingPath,
                            debugDescription:
                                "has \(numbers.count < 2 ? "fewer than 2" : "more than 3") numbers; allowed: "
                                + "[longitude, latitude] or [longitude, latitude, metres]"
                        )
                    )
                }
                position = ZonePosition(longitude: numbers[0], latitude: numbers[1])
            }
        }

        private enum CodingKeys: String, CodingKey {
            case type, coordinates
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            let type = try container.decodeIfPresent(Reading<String>.self, forKey: .type)
            switch type?.value {
            case "Polygon":
                self = .polygon(try container.decodeIfPresent(Reading.self, forKey: .coordinates))
            case "MultiPolygon":
                self = .multiPolygon(try container.decodeIfPresent(Reading.self, forKey: .coordinates))
            default:
                self = .other(type)
            }
        }
    }

    /// What a member of the file turned out to be. One that is missing or `null` is no reading at all.
    enum Reading<Value: Decodable>: Decodable {
        /// As it should.
        case right(Value)
        /// Of another type.
        case wrong(JSONFault)

        init(from decoder: any Decoder) throws {
            do {
                self = .right(try decoder.singleValueContainer().decode(Value.self))
            } catch let error as DecodingError {
                self = .wrong(JSONFault(error))
            }
        }

        /// `nil` if it is wrong.
        var value: Value? {
            switch self {
            case .right(let value): value
            case .wrong: nil
            }
        }
    }
}

/// A DecodingError as a fitter reads it.
struct JSONFault {
    /// Its key is the path from the top of the file, for example `features[3].geometry.coordinates[0][7]`.
    let problem: ConfigurationProblem

    init(_ error: DecodingError) {
        let (path, message): ([any CodingKey], String) =
            switch error {
            case .typeMismatch(let type, let context):
                (context.codingPath, "is \(Self.found(context)); allowed: \(Self.word(for: type))")
            case .valueNotFound(let type, let context):
                (context.codingPath, "is null; allowed: \(Self.word(for: type))")
            case .keyNotFound(let key, let context):
                (context.codingPath + [key], "is missing")
            case .dataCorrupted(let context):
                (context.codingPath, Self.corrupted(context))
            @unknown default:
                ([], "\(error)")
            }
        problem = ConfigurationProblem(key: Self.key(path), message: message)
    }

    private static func key(_ path: [any CodingKey]) -> String {
        let joined = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        return String(joined.drop { $0 == "." })
    }

    /// What stands there. Only Foundation's own words say it: "Expected to decode String but found number instead."
    private static func found(_ context: DecodingError.Context) -> String {
        let found = context.debugDescription.firstMatch(of: /but found (.+?) instead/).map { String($0.output.1) }
        return switch found {
        case "number": "a number"
        case "bool": "true or false"
        case "a string": "a text"
        case "a dictionary": "an object"
        case let other?: other
        case nil: "of another type"
        }
    }

    private static func word(for type: any Any.Type) -> String {
        switch type {
        case is Double.Type: "a number"
        case is Int.Type: "a whole number"
        case is Bool.Type: "true, false"
        case is String.Type: "a text"
        case is [Any].Type: "an array"
        case is [String: Any].Type: "an object"
        default: "\(type)"
        }
    }

    private static func corrupted(_ context: DecodingError.Context) -> String {
        // Without a path it is the parser that gave up, on what the grammar allows: too deep, or too large a number.
        context.codingPath.isEmpty
            ? "is JSON that cannot be read: \(context.debugDescription)" : context.debugDescription
    }
}
