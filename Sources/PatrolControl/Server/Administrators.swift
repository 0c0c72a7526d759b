import Glibc
import PatrolCore
import PatrolHTTPServer

/// Who finds a place at the socket however many others are connected: root, the daemon's own user, and the group
/// `patrol-admin`.
enum Administrators {
    static let groupName = "patrol-admin"

    static func contains(_ peer: ConnectionPeer) -> Bool {
        guard case .process(let process) = peer else { return false }
        if process.uid == 0 || process.uid == geteuid() { return true }
        guard let group = Group(named: groupName) else { return false }
        return process.gid == group.id || userName(of: process.uid).map(group.members.contains) ?? false
    }

    private struct Group {
        var id: UInt32
        var members: [String] = []

        /// `nil` if there is none of that name.
        init?(named name: String) {
            var entry = group()
            var found: UnsafeMutablePointer<group>?
            // getgrnam_r(3): the strings of the entry lie in the buffer.
            var buffer = [CChar](repeating: 0, count: 16 * 1024)
            guard getgrnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
            id = entry.gr_gid
            var member = entry.gr_mem
            while let name = member?.pointee {
                members.append(String(cString: name))
                member = member?.advanced(by: 1)
            }
        }
    }

    static func userName(of uid: UInt32) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 * 1024)
        guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return String(cString: entry.pw_name)
    }
}

extension ConnectionPeer {
    /// Who asks.
    var commandOrigin: CommandOrigin {
        guard case .process(let process) = self else { return .unknown }
        return .process(
            LocalProcess(
                uid: process.uid,
                user: Administrators.userName(of: process.uid),
                pid: process.pid,
                program: Self.program(of: process.pid),
                isAdministrator: Administrators.contains(self)
            )
        )
    }

    /// proc_pid_comm(5): the name of the program, 15 bytes of it; `nil` for a process that is gone, or that the unit hides.
    private static func program(of pid: Int32) -> String? {
        let file = open("/proc/\(pid)/comm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(file, &bytes, bytes.count)
        guard count > 1 else { return nil }
        // A process gives itself any name.
        return VisibleText.of(String(decoding: bytes[..<(count - 1)], as: UTF8.self))
    }
}
