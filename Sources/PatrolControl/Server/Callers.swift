import Glibc
import PatrolCore
import PatrolHTTPServer

/// Who may do what at the socket, by the kernel's word for who is at its other end.
enum Callers {
    static func access(of peer: ConnectionPeer) -> SocketAccess {
        guard case .process(let process) = peer else { return .nothing }
        return SocketAccess.of(user: process.uid, own: geteuid()) { name in
            guard let group = Group(named: name) else { return false }
            return process.gid == group.id || userName(of: process.uid).map(group.members.contains) ?? false
        }
    }

    /// Whether somebody finds a place however many others are connected.
    static func areAdministrators(_ peer: ConnectionPeer) -> Bool { access(of: peer) == .command }

    /// - Throws: what is answered to those who may not.
    static func require(_ level: SocketAccess, of peer: ConnectionPeer) throws(RequestError) {
        let granted = access(of: peer)
        guard granted < level else { return }
        guard granted > .nothing, case .process(let process) = peer, let group = level.groupName else {
            throw RequestError(.forbidden, "nobody knows who asks", hint: "ask from a process of this machine")
        }
        let name = userName(of: process.uid) ?? "\(process.uid)"
        throw RequestError(
            .forbidden,
            "user \(name) may not \(level == .command ? "give orders" : "read more than /v1/health")",
            hint: "root, patrold and the members of group \(group) may: adduser \(name) \(group)"
        )
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
                user: Callers.userName(of: process.uid),
                pid: process.pid,
                program: Self.program(of: process.pid),
                isAdministrator: Callers.areAdministrators(self)
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
