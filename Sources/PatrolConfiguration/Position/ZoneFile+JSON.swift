import FoundationEssentials
import PatrolCore
import PatrolWire

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
