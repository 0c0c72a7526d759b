import Glibc
import PatrolSystem

/// The user as whom the service runs, so that `patrold check` sees what the service will see.
public struct ServiceUser: Hashable, Sendable {
    /// The one of systemd/patrold.service.
    public static let standardName = "patrold"

    /// The login name.
    public let name: String
    let userID: uid_t
    let groupIDs: [gid_t]

    /// Why somebody cannot be the user; one line for a person.
    public struct Failure: Error, CustomStringConvertible {
        /// What is at fault.
        public let description: String
    }

    /// The user whom the unit names, if root asks on a system where it exists; `nil` elsewhere: then whoever asks is it.
    public static func ofInstalledSystem() -> ServiceUser? {
        guard getuid() == 0 else { return nil }
        return ServiceUser(existing: standardName)
    }

    /// - Throws: ``Failure`` if there is no such user.
    public init(name: String) throws(Failure) {
        guard let user = ServiceUser(existing: name) else {
            throw Failure(description: "--as is \"\(name)\"; allowed: a user of this system (getent passwd)")
        }
        self = user
    }

    private init?(existing name: String) {
        guard let entry = getpwnam(name) else { return nil }
        self.name = name
        userID = entry.pointee.pw_uid
        let primary = entry.pointee.pw_gid
        var count: Int32 = 256
        var groups = [gid_t](repeating: 0, count: Int(count))
        // getgrouplist(3) tells −1 for more than there is room; the first 256 are then what counts.
        _ = getgrouplist(name, primary, &groups, &count)
        var ids = Array(groups.prefix(Int(min(count, 256))))
        // SupplementaryGroups= of the unit: the sound card's.
        if name == Self.standardName, let audio = getgrnam("audio") { ids.append(audio.pointee.gr_gid) }
        groupIDs = [primary] + ids.filter { $0 != primary }
    }

    /// One whom the system need not know.
    init(name: String, userID: uid_t, groupIDs: [gid_t]) {
        (self.name, self.userID, self.groupIDs) = (name, userID, groupIDs)
    }

    /// Whether it is the unit's, so that what the unit forbids counts.
    var isUnits: Bool { name == Self.standardName }

    /// Makes this process the user's, for good.
    /// - Throws: ``Failure``; only root can do it.
    public func assume() throws(Failure) {
        guard getuid() != userID else { return }
        guard getuid() == 0 else {
            throw Failure(
                description: "--as \(name): only root can check as somebody else; allowed: sudo patrold check …"
            )
        }
        // setgid and setuid of root set the saved ids, too: there is no way back, also not for a decoder that is attacked.
        guard setgroups(groupIDs.count, groupIDs) == 0, setgid(groupIDs[0]) == 0, setuid(userID) == 0 else {
            throw Failure(description: "--as \(name): \(SystemError.text(errno))")
        }
    }
}
