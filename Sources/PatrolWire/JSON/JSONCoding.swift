import FoundationEssentials
import PatrolCore

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
            throw WireError(error, in: bytes)
        } catch {
            throw WireError(field: "json", reason: "cannot be read")
        }
    }
}

extension WireError {
    fileprivate init(_ error: DecodingError, in bytes: [UInt8]) {
        if case .dataCorrupted(let context) = error, context.codingPath.isEmpty {
            self.init(syntaxOf: bytes)
            return
        }
        // The wire counts records from 1, as everything that people read of a batch does.
        let fault = JSONFault(error, firstIndex: 1)
        self.init(field: fault.key.isEmpty ? "json" : fault.key, reason: fault.message)
    }

    /// Foundation says only that something is not JSON.
    private init(syntaxOf bytes: [UInt8]) {
        if String(validating: bytes, as: UTF8.self) == nil {
            self.init(field: "the text", reason: "is not JSON: it is not UTF-8")
        } else if let fault = JSONSyntax.fault(in: bytes) {
            self.init(
                field: "the text",
                reason: "\(VisibleText.of(fault.message)) (line \(fault.line), column \(fault.column))"
            )
        } else {
            self.init(
                field: "the text",
                reason: "is JSON that cannot be read: it is nested too deeply, or has a number that is too large, or "
                    + "not whole where it must be"
            )
        }
    }
}
