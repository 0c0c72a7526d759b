/// Silence by order of a person: nothing sounds while it is in force, not even an emergency.
///
/// It survives a restart of the daemon: whoever makes an ``Announcer`` passes the one that was in force.
public struct Mute: Hashable, Sendable {
    /// When it ends by itself, in UTC; `nil`: when a person ends it. An untrusted clock ends no mute.
    public var until: WallTime?
    /// Who ordered it.
    public var requester: String

    /// See the properties.
    public init(until: WallTime?, requester: String) {
        self.until = until
        self.requester = requester
    }
}

/// What ended a ``Mute``.
public enum UnmuteCause: Hashable, Sendable {
    /// Its time has come, by a trusted clock and with the clock's uncertainty to spare.
    case time
    /// Somebody ended it.
    case person(requester: String)
}
