/// The names by which a server may be asked for what only its own machine may see.
///
/// A page of a foreign site whose name is made to point at 127.0.0.1 (DNS rebinding) asks from this very machine, and so does
/// a reverse proxy that somebody has put in front; both ask for another name as a rule. RFC 9110, section 7.2.
public struct HostNames: Hashable, Sendable {
    private let configured: Set<String>

    /// - Parameter configured: further names, as ``name(of:)`` writes them.
    public init(configured: Set<String> = []) {
        self.configured = configured
    }

    /// Whether the value of a `Host` field names this machine: loopback's names and addresses, or what is configured.
    public func allow(_ field: String) -> Bool {
        guard let name = Self.name(of: field) else { return false }
        return name == "localhost" || name == "::1" || Self.isLoopbackIPv4(name) || configured.contains(name)
    }

    /// The name in a `Host` field: in lower case, without port, brackets and a dot at the end; `nil` if it is none.
    public static func name(of field: String) -> String? {
        var rest = field[...]
        let name: Substring
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            name = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
            guard name.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
        } else {
            name = rest.prefix { $0 != ":" }
            rest = rest[name.endIndex...]
            guard name.utf8.allSatisfy({ isNameByte($0) }) else { return nil }
        }
        guard rest.isEmpty || (rest.first == ":" && rest.dropFirst().utf8.allSatisfy { (48...57).contains($0) }) else {
            return nil
        }
        let plain = name.last == "." ? name.dropLast() : name
        return plain.isEmpty ? nil : plain.lowercased()
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            || [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_")].contains(byte)
    }

    /// 127.0.0.0/8 in its one usual form; 0177.1 and 2130706433 are not.
    private static func isLoopbackIPv4(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in UInt8(part).map { String($0) == part } ?? false }
    }
}
