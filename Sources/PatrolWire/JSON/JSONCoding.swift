import FoundationEssentials

/// How JSON is written everywhere: sorted keys, so that output can be compared.
enum JSONCoding {
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    /// - Throws: an error that names the member, for anything that is not this type.
    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws(WireError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw WireError(error)
        } catch {
            throw WireError(field: "json", reason: "cannot be read: \(error)")
        }
    }
}

extension WireError {
    fileprivate init(_ error: DecodingError) {
        func path(_ context: DecodingError.Context, _ key: (any CodingKey)? = nil) -> String {
            let keys = context.codingPath + (key.map { [$0] } ?? [])
            let names = keys.map { $0.intValue.map { "[\($0 + 1)]" } ?? $0.stringValue }
            return names.isEmpty ? "json" : names.joined(separator: ".").replacing(".[", with: "[")
        }
        switch error {
        case .keyNotFound(let key, let context): self.init(field: path(context, key), reason: "is missing")
        case .typeMismatch(let type, let context):
            self.init(field: path(context), reason: "has the wrong type; allowed: \(type)")
        case .valueNotFound(let type, let context):
            self.init(field: path(context), reason: "is null; allowed: \(type)")
        case .dataCorrupted(let context): self.init(field: path(context), reason: context.debugDescription)
        @unknown default: self.init(field: "json", reason: "cannot be read")
        }
    }
}
