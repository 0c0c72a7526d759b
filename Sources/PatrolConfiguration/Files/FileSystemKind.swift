import Glibc
import PatrolSystem

/// What kind of file system a folder lies in, by `/proc/self/mountinfo` (proc(5)).
struct FileSystemKind: Hashable {
    /// As the kernel names it: `ext4`, `tmpfs`, `proc`.
    let name: String

    /// Whether what is written there is a setting of the kernel and no file.
    var isKernels: Bool {
        ["proc", "sysfs", "cgroup", "cgroup2", "devpts", "debugfs", "tracefs", "securityfs", "configfs", "bpf"]
            .contains(name)
    }

    /// Whether nothing there outlives a power cut.
    var isMemory: Bool { ["tmpfs", "ramfs", "devtmpfs"].contains(name) }

    /// - Parameters:
    ///   - path: of something that is there.
    ///   - mounts: the text of `/proc/self/mountinfo`.
    /// - Returns: `nil` if it cannot be told.
    init?(of path: String, mounts: String) {
        var best: (point: String, type: String)?
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ", omittingEmptySubsequences: false)
            guard fields.count > 6, let end = fields.firstIndex(of: "-"), end + 1 < fields.count else { continue }
            let point = Self.unescaped(fields[4])
            let isAbove = point == "/" || path == point || path.hasPrefix(point + "/")
            // Of two at the same point the later one hides the earlier one.
            if isAbove, point.utf8.count >= best?.point.utf8.count ?? 0 { best = (point, String(fields[end + 1])) }
        }
        guard let best else { return nil }
        name = best.type
    }

    /// Of this machine; links on the way are followed.
    init?(of path: String) {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        do {
            let mounts = try SmallFile.text(of: "/proc/self/mountinfo", maximumBytes: 1 << 20).text
            self.init(of: String(cString: real), mounts: mounts)
        } catch {
            return nil
        }
    }

    /// A blank is `\040`.
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.first {
            let digits = rest.dropFirst().prefix(3)
            let isEscape = byte == UInt8(ascii: "\\") && digits.count == 3
            if isEscape, let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8) {
                bytes.append(code)
                rest = rest.dropFirst(4)
            } else {
                bytes.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
