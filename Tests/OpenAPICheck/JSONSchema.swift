import Foundation

/// The part of JSON Schema (2020-12) that our documents use. A member that a schema does not name is a problem too: the
/// document would not say what is sent.
struct JSONSchema {
    /// Where references lead.
    let root: [String: Any]

    /// What `$ref` names; `nil` if there is none.
    func target(of object: [String: Any]) -> [String: Any]? {
        guard let reference = object["$ref"] as? String, reference.hasPrefix("#/") else { return nil }
        return reference.dropFirst(2).split(separator: "/").reduce(root as Any?) { value, key in
            (value as? [String: Any])?[String(key)]
        } as? [String: Any]
    }

    /// Empty if the value is as the schema says.
    func problems(of value: Any, by schema: [String: Any], at place: String) -> [String] {
        if schema["$ref"] != nil {
            guard let target = target(of: schema) else { return ["\(place): \(schema["$ref"] ?? "") leads nowhere"] }
            return problems(of: value, by: target, at: place)
        }
        if let choices = schema["anyOf"] as? [[String: Any]] {
            let found = choices.map { problems(of: value, by: $0, at: place) }
            return found.contains { $0.isEmpty } ? [] : found.first ?? []
        }
        if let parts = schema["allOf"] as? [[String: Any]] {
            return problems(of: value, by: joined(parts), at: place)
        }
        if let words = schema["enum"] as? [Any], !words.contains(where: { Self.isSame($0, value) }) {
            return ["\(place): \(value) is none of \(words)"]
        }
        if let word = schema["const"], !Self.isSame(word, value) { return ["\(place): \(value) is not \(word)"] }
        return typeProblems(of: value, by: schema, at: place)
    }

    private func typeProblems(of value: Any, by schema: [String: Any], at place: String) -> [String] {
        let names = (schema["type"] as? [String]) ?? (schema["type"] as? String).map { [$0] } ?? []
        guard names.isEmpty || names.contains(where: { Self.isOfType($0, value) }) else {
            return ["\(place): \(value) is no \(names.joined(separator: ", "))"]
        }
        if let text = value as? String, schema["format"] as? String == "date-time", !Self.isTime(text) {
            return ["\(place): \(text) is no RFC 3339 time"]
        }
        if let array = value as? [Any] {
            guard let items = schema["items"] as? [String: Any] else { return [] }
            return array.enumerated().flatMap { problems(of: $1, by: items, at: "\(place)[\($0)]") }
        }
        guard let object = value as? [String: Any] else { return [] }
        let properties = schema["properties"] as? [String: [String: Any]]
        var found = (schema["required"] as? [String] ?? []).filter { object[$0] == nil }.map { "\(place): no \($0)" }
        for (name, member) in object {
            if let described = properties?[name] {
                found += problems(of: member, by: described, at: "\(place).\(name)")
            } else if let others = schema["additionalProperties"] as? [String: Any] {
                found += problems(of: member, by: others, at: "\(place).\(name)")
            } else if properties != nil {
                found.append("\(place).\(name) is not described")
            }
        }
        return found
    }

    private func joined(_ parts: [[String: Any]]) -> [String: Any] {
        var properties: [String: Any] = [:]
        var required: [String] = []
        for part in parts {
            let part = target(of: part) ?? part
            properties.merge(part["properties"] as? [String: Any] ?? [:]) { $1 }
            required += part["required"] as? [String] ?? []
        }
        return ["type": "object", "properties": properties, "required": required]
    }

    private static func isSame(_ left: Any, _ right: Any) -> Bool {
        (left as? NSObject)?.isEqual(right) ?? false
    }

    private static func isOfType(_ name: String, _ value: Any) -> Bool {
        // JSONSerialization gives numbers for true and false as well, and only theirs are encoded as characters.
        let number = (value as? NSNumber).flatMap { isBoolean($0) ? nil : $0 }
        return switch name {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "boolean": (value as? NSNumber).map(isBoolean) ?? false
        case "integer": number.map { $0.doubleValue == $0.doubleValue.rounded() } ?? false
        case "number": number != nil
        case "null": value is NSNull
        default: false
        }
    }

    private static func isBoolean(_ number: NSNumber) -> Bool {
        String(cString: number.objCType) == "c"
    }

    private static func isTime(_ text: String) -> Bool {
        text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/) != nil
    }
}
