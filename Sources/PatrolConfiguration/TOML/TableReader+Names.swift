import FoundationEssentials
import Glibc
import PatrolCore

/// Names that people choose, and addresses.
extension TableReader {
    static let deviceRule = "the name of an ALSA device, see aplay -L, without a blank at either end"

    /// A required name of a rule or a programme, as it stands in records and on screens: in any script.
    mutating func label(_ key: String) -> String {
        text(key, default: nil, allowed: ZoneBounds.idRule, where: ZoneBounds.isID)
    }

    /// The required address of a receiver, to which a path can be appended.
    mutating func receiverAddress(_ key: String) -> String {
        let address = text(key, default: nil, allowed: ReceiverAddress.allowed)
        guard !address.isEmpty, let fault = ReceiverAddress.fault(in: address) else { return address }
        let shown = VisibleText.of(PublicAddress.text(of: address))
        report(key, "is \"\(shown)\", \(fault); allowed: \(ReceiverAddress.allowed)")
        return address
    }

    /// The file of a secret, which may be left out. A value that is no path may be the secret itself, so it is not shown.
    mutating func optionalSecretFile(_ key: String) -> String? {
        let allowed =
            "an absolute path, or \"\(Credential.prefix)NAME\" for \(Credential.sourceFolder)/NAME, which the service alone reads"
        guard let value = optionalText(key, allowed: allowed, where: { _ in true }) else { return nil }
        if TableReader.isAbsolutePath(value) || Credential.name(in: value).map(Credential.isName) == true {
            return value
        }
        let isPath = value.hasPrefix("/") || value.hasPrefix(Credential.prefix)
        let shown =
            isPath ? "is \"\(VisibleText.of(value))\"" : "is not a path (what it is may be secret, so it is not shown)"
        report(key, "\(shown); allowed: \(allowed)")
        return value
    }
}

/// The address of a receiver of batches.
enum ReceiverAddress {
    static let allowed = "an http or https address without query, such as \"https://station.example:8443\""

    /// What is wrong with a text; `nil` for nothing.
    static func fault(in text: String) -> String? {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return "which has blanks or characters that an address has in no place"
        }
        guard let separator = text.firstRange(of: "://"),
            ["http", "https"].contains(text[..<separator.lowerBound].lowercased())
        else { return "which does not begin with http:// or https://" }
        let rest = text[separator.upperBound...]
        guard !rest.contains(where: { "?#\\".contains($0) }) else {
            return "which has a query, a fragment or a backslash"
        }
        let authority = rest.prefix { $0 != "/" }
        guard !authority.contains("@") else {
            return "which has a user or a password; the receiver's secret is a token, in the file that token_file names"
        }
        guard let (host, port) = HostAndPort.split(authority) else { return "whose host or port cannot be" }
        guard !host.contains("%") else { return "whose IPv6 address has a zone, which HTTP cannot say" }
        guard port.map({ (1...65_535).contains($0) }) ?? true else { return "whose port is not from 1 to 65535" }
        let path = rest.dropFirst(authority.count).split(separator: "/")
        guard path.suffix(2) != ["v1", "batches"] else {
            return "which ends in /v1/batches, and patrold appends that itself"
        }
        return URL(string: text)?.host() == nil ? "which cannot be read" : nil
    }
}

/// `host`, `host:port`, `[address]:port`.
enum HostAndPort {
    /// The host without brackets, and the port if there is one; `nil` if there is no host, or what follows is no number.
    static func split(_ text: some StringProtocol) -> (host: String, port: Int?)? {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let address = String(text[text.index(after: text.startIndex)..<end])
            guard isIPv6(address) else { return nil }
            let rest = text[text.index(after: end)...]
            if rest.isEmpty { return (address, nil) }
            guard rest.first == ":", let port = number(rest.dropFirst()) else { return nil }
            return (address, port)
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, isName(host), parts.count <= 2 else { return nil }
        guard parts.count == 2 else { return (String(host), nil) }
        guard let port = number(parts[1]) else { return nil }
        return (String(host), port)
    }

    /// An address of IPv6, with or without a zone (RFC 4007): `fe80::1%eth0`.
    static func isIPv6(_ text: String) -> Bool {
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first, parts.count == 1 || !parts[1].isEmpty && isName(parts[1]) else { return false }
        var bytes = in6_addr()
        return inet_pton(AF_INET6, String(address), &bytes) == 1
    }

    /// A name of RFC 1123, with the underscores that people use all the same, or an address of IPv4: whatever is made of
    /// numbers is meant as one.
    private static func isName(_ text: some StringProtocol) -> Bool {
        guard !text.utf8.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: ".") }) else {
            return isIPv4(String(text))
        }
        return (1...253).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { scalar in
                ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
                    || "-._".unicodeScalars.contains(scalar)
            } && text.first != "." && text.first != "-"
    }

    private static func isIPv4(_ text: String) -> Bool {
        var bytes = in_addr()
        return inet_pton(AF_INET, text, &bytes) == 1
    }

    private static func number(_ text: some StringProtocol) -> Int? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text)
    }
}
