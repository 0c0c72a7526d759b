import Glibc

/// The identity of this installation of the system.
public enum MachineIdentity {
    /// machine-id(5): 32 hexadecimal digits.
    public static let path = "/etc/machine-id"

    /// Reads it.
    /// - Returns: empty if there is none, as in an image that was never booted.
    public static func read(from path: String = path) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
