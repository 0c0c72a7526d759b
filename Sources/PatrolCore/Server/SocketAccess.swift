/// What somebody may do at the cart's socket; each level includes those before it.
public enum SocketAccess: Int, Comparable, Sendable {
    /// Nobody knows who asks.
    case nothing
    /// Whether the cart is well: every user of the machine.
    case health
    /// Everything that the cart knows: group `patrol`.
    case read
    /// Orders: root, the daemon's own user, group `patrol-admin`.
    case command

    /// Levels in their order.
    public static func < (left: SocketAccess, right: SocketAccess) -> Bool { left.rawValue < right.rawValue }

    /// Which group's members have a level; `nil` where it takes none.
    public var groupName: String? {
        switch self {
        case .nothing, .health: nil
        case .read: "patrol"
        case .command: "patrol-admin"
        }
    }

    /// - Parameters:
    ///   - user: the caller's; `nil` if nobody knows it.
    ///   - own: the daemon's user.
    ///   - isMember: whether the caller is of a group.
    public static func of(user: UInt32?, own: UInt32, isMember: (_ group: String) -> Bool) -> SocketAccess {
        guard let user else { return .nothing }
        if user == 0 || user == own { return .command }
        for level in [SocketAccess.command, .read] {
            if let group = level.groupName, isMember(group) { return level }
        }
        return .health
    }
}
