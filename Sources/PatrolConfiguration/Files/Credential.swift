/// A secret that the service manager hands to the service alone.
///
/// `credential:NAME` in the configuration is the file NAME of ``sourceFolder``, which root alone can read. The unit's
/// `LoadCredential=secrets:/etc/patrold/secrets` makes a copy of each file of that folder, `secrets_NAME`, for this service,
/// in memory, below `$CREDENTIALS_DIRECTORY` (systemd.exec(5)). The copies are those of the start.
enum Credential {
    /// What such a value begins with.
    static let prefix = "credential:"
    /// Where root keeps them.
    static let sourceFolder = "/etc/patrold/secrets"

    /// The name in a value of the configuration; `nil` for a path.
    static func name(in value: String) -> String? {
        value.hasPrefix(prefix) ? String(value.dropFirst(prefix.count)) : nil
    }

    /// Whether a name can be one: 1 to 64 of letters, digits, `-`, `_` and `.`, and no hidden file.
    static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && !name.hasPrefix(".")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// The file to be read for a value of the configuration.
    /// - Parameter folder: `$CREDENTIALS_DIRECTORY`; `nil` where there is no service manager: then it is root's own file.
    static func path(of value: String, folder: String?) -> String {
        guard let name = name(in: value) else { return value }
        return folder.map { "\($0)/secrets_\(name)" } ?? "\(sourceFolder)/\(name)"
    }
}
