/// Why a small file cannot be used: one clause that goes on after its name, and never holds what is in it.
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Hashable, Sendable {
        /// The system does not give it, by this `errno`.
        case unreadable(Int32)
        /// It is a folder, a pipe or a device.
        case notRegular
        /// It is a secret, and others than its owner and its group have a right to it; its permissions.
        case openToOthers(mode: UInt32)
        /// It is a secret, and somebody else may change it.
        case foreignOwner(UInt32)
        /// It is the name of a secret, and somebody else may let it lead elsewhere.
        case foreignLink(UInt32)
        /// It has more bytes than these.
        case tooLarge(Int)
        /// It is text in this encoding.
        case foreignEncoding(String)
        /// It is not UTF-8.
        case notText
        /// What stands in it cannot be meant, for this reason.
        case content(String)
    }

    /// The file.
    public let path: String
    /// What is wrong with it.
    public let reason: Reason

    /// See the properties.
    public init(_ path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// What is wrong, and what is allowed.
    public var clause: String {
        switch reason {
        case .unreadable(let code): "cannot be read: \(SystemError.text(code))"
        case .notRegular: "is not a regular file"
        case .openToOthers(let mode):
            "is open to everyone on this machine (mode 0\(String(mode, radix: 8))); "
                + "allowed: 0640 or stricter (chmod o= \(path))"
        case .foreignOwner(let user):
            "belongs to user \(user), who may change it; allowed: root's, or of the user who reads it (chown root: \(path))"
        case .foreignLink(let user):
            "is a link of user \(user), who may let it lead elsewhere; "
                + "allowed: root's, or of the user who reads it (chown -h root: \(path))"
        case .tooLarge(let bytes): "is larger than \(bytes) bytes; allowed: at most that"
        case .foreignEncoding(let name): "is text in \(name); allowed: UTF-8, which every editor can save"
        case .notText: "is not text in UTF-8; allowed: UTF-8, which every editor can save"
        case .content(let words): words
        }
    }

    /// The path and what is wrong.
    public var description: String { "\(path) \(clause)" }
}
