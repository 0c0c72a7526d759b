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
            // The wire counts records from 1, as everything that people read of a batch does.
            let fault = JSONFault(error, firstIndex: 1)
            throw WireError(field: fault.key.isEmpty ? "json" : fault.key, reason: fault.message)
        } catch {
            throw WireError(field: "json", reason: "cannot be read: \(error)")
        }
    }
}
