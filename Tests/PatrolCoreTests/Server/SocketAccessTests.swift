import PatrolCore
import Testing

@Suite("Who may do what at the socket")
struct SocketAccessTests {
    private struct Caller: CustomTestStringConvertible {
        var user: UInt32?
        var groups: Set<String>
        var access: SocketAccess

        var testDescription: String { "user \(user.map(String.init) ?? "unknown") of \(groups.sorted())" }
    }

    private static let callers = [
        Caller(user: nil, groups: ["patrol-admin"], access: .nothing),
        Caller(user: 0, groups: [], access: .command),
        Caller(user: 990, groups: [], access: .command),
        Caller(user: 1000, groups: [], access: .health),
        Caller(user: 1000, groups: ["audio", "patrold"], access: .health),
        Caller(user: 1000, groups: ["patrol"], access: .read),
        Caller(user: 1000, groups: ["patrol-admin"], access: .command),
        Caller(user: 1000, groups: ["patrol", "patrol-admin"], access: .command),
        // Whom a user namespace hides.
        Caller(user: 65534, groups: [], access: .health),
    ]

    @Test("By user and groups", arguments: callers)
    private func access(caller: Caller) {
        #expect(SocketAccess.of(user: caller.user, own: 990, isMember: caller.groups.contains) == caller.access)
    }

    @Test("Each level includes those before it")
    func order() {
        #expect([SocketAccess.nothing, .health, .read, .command].sorted() == [.nothing, .health, .read, .command])
    }
}
