import Glibc
public import PatrolSystem

/// The kernel's name for the present boot: instants of two boots must never be compared.
public enum BootIdentity {
    /// random(4): "a random string, generated once at boot".
    public static let path = "/proc/sys/kernel/random/boot_id"

    /// Reads it, a UUID in lower case.
    /// - Parameter path: a file in the same form.
    /// - Throws: what open(2) or read(2) says; EILSEQ if the file holds something else.
    public static func read(from path: String = path) throws(SystemCallError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemCallError(call: "open", errno: errno, context: path) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw SystemCallError(call: "read", errno: errno, context: path) }
        let text = bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }
        let hexadecimal = (UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"))
        let isUUID =
            text.count == 36
            && text.enumerated().allSatisfy { index, byte in
                [8, 13, 18, 23].contains(index)
                    ? byte == UInt8(ascii: "-")
                    : hexadecimal.0.contains(byte) || hexadecimal.1.contains(byte)
            }
        guard isUUID else { throw SystemCallError(call: "read", errno: EILSEQ, context: "\(path): not a boot id") }
        return String(decoding: text, as: UTF8.self)
    }
}
