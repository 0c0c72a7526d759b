public import PatrolCore

/// An event on the socket.
public struct EventJSON: Codable, Hashable, Sendable {
    /// Its place in its lane.
    public var sequence: Int64
    /// UTC (RFC 3339), if anybody knows it.
    public var time: String?
    /// `true` if the time comes from the boot's clock as it was learned later; `nil` otherwise.
    public var corrected: Bool?
    /// For example `gps.lost`.
    public var kind: String
    /// Degrees, positive to the north, if the place was known.
    public var latitude: Double?
    /// Degrees, positive to the east.
    public var longitude: Double?
    /// What else is known, by key.
    public var details: [String: DetailJSON]
    /// The boot that ``bootTimeSeconds`` counts from.
    public var boot: Int64
    /// When it happened, in seconds since that boot.
    public var bootTimeSeconds: Double

    enum CodingKeys: String, CodingKey {
        case sequence, time, corrected, kind, latitude, longitude, details, boot
        case bootTimeSeconds = "boot_time_s"
    }

    /// - Parameters:
    ///   - time: the time to show.
    ///   - isCorrected: whether `time` comes from the boot's clock.
    public init(_ event: Recorded<StoredEvent>, time: WallTime?, isCorrected: Bool) {
        sequence = event.sequence.rawValue
        self.time = time?.description
        corrected = isCorrected ? true : nil
        kind = event.record.name
        latitude = event.record.coordinate?.latitude
        longitude = event.record.coordinate?.longitude
        details = event.record.details.mapValues(DetailJSON.init)
        boot = event.boot.rawValue
        bootTimeSeconds = Double(event.record.at.millisecondsSinceBoot) / 1000
    }

    /// The details as `key=value`, in alphabetical order.
    public var detailsText: String {
        details.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.value.text)" }.joined(separator: " ")
    }
}

/// A detail as a bare JSON value.
///
/// JSON has no infinity and no NaN (RFC 8259, section 6): such a number becomes the text `inf`, `-inf` or `nan`, in the journal,
/// on the wire, on the socket and at the station alike.
public struct DetailJSON: Codable, Hashable, Sendable {
    /// The detail.
    public var value: DetailValue

    /// See the property.
    public init(_ value: DetailValue) {
        self.value = value
    }

    /// Reads a string, a number or a truth value.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let bool = try? container.decode(Bool.self) {  // each attempt that fails only means: another type
            value = .bool(bool)
        } else if let integer = try? container.decode(Int64.self) {
            value = .integer(integer)
        } else if let number = try? container.decode(Double.self) {
            value = .number(number)
        } else {
            value = .string(try container.decode(String.self))
        }
    }

    /// Writes the bare value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch value {
        case .string(let text): try container.encode(text)
        case .integer(let integer): try container.encode(integer)
        case .number(let number) where !number.isFinite: try container.encode("\(number)")
        case .number(let number): try container.encode(number)
        case .bool(let bool): try container.encode(bool)
        }
    }
}
