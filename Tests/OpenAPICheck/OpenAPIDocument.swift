public import Foundation

/// An OpenAPI 3.1 document that answers are held against.
public struct OpenAPIDocument: @unchecked Sendable {
    /// A document that cannot be used.
    public struct Unreadable: Error {
        /// What is wrong with it.
        public var reason: String
    }

    /// Never changed after `init`: what makes it safe to be read from everywhere.
    private let root: [String: Any]

    /// - Parameter json: the document.
    public init(json: some Sequence<UInt8>) throws {
        guard let root = try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any],
            (root["openapi"] as? String)?.hasPrefix("3.1.") == true
        else { throw Unreadable(reason: "no OpenAPI 3.1 document") }
        self.root = root
    }

    private var paths: [String: [String: Any]] { root["paths"] as? [String: [String: Any]] ?? [:] }

    /// `GET /v1/health`, and so on.
    public var operations: Set<String> {
        Set(paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } })
    }

    /// What the document does not say of an answer; empty if it says everything.
    /// - Parameters:
    ///   - method: such as `GET`.
    ///   - path: as asked for, with or without a query.
    ///   - type: of the field Content-Type.
    public func problems(method: String, path: String, status: Int, type: String?, body: Data) -> [String] {
        guard let operation = operation(method, path) else {
            // What is on no path gets 404 or 405, and OPTIONS is answered everywhere.
            return [404, 405, 400, 501].contains(status) || method == "OPTIONS" || method == "HEAD"
                ? [] : ["\(method) \(path) is not described, and got \(status)"]
        }
        let responses = operation["responses"] as? [String: Any] ?? [:]
        guard let response = responses["\(status)"].map(resolved) else {
            return ["\(method) \(path): \(status) is not described"]
        }
        guard let content = response["content"] as? [String: [String: Any]] else { return [] }
        let bare = type.map { String($0.prefix { $0 != ";" }) } ?? "none"
        guard let media = content[bare] else { return ["\(method) \(path): \(status) comes as \(bare)"] }
        guard let schema = media["schema"] as? [String: Any], bare.hasSuffix("json") else { return [] }
        do {
            let value = try JSONSerialization.jsonObject(with: body, options: .fragmentsAllowed)
            return JSONSchema(root: root).problems(of: value, by: schema, at: "\(method) \(path) \(status)")
        } catch {
            return ["\(method) \(path): \(status) has no JSON: \(error)"]
        }
    }

    private func operation(_ method: String, _ path: String) -> [String: Any]? {
        let bare = path.prefix { $0 != "?" && $0 != "#" }
        let segments = bare.split(separator: "/", omittingEmptySubsequences: false)
        for (template, methods) in paths {
            let parts = template.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == segments.count,
                zip(parts, segments).allSatisfy({ $0 == $1 || $0.hasPrefix("{") })
            else { continue }
            return methods[method.lowercased()] as? [String: Any]
        }
        return nil
    }

    private func resolved(_ value: Any) -> [String: Any] {
        let object = value as? [String: Any] ?? [:]
        return JSONSchema(root: root).target(of: object) ?? object
    }
}
