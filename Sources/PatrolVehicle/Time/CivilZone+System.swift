import Glibc
public import PatrolCore
import Synchronization

/// A time zone that cannot be had.
public struct CivilZoneError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Why not.
    public enum Reason: Hashable, Sendable {
        /// The text cannot be the name of a zone.
        case notAName
        /// The zone database has no such zone.
        case unknown
        /// There is a file of that name, but it holds no zone, or cannot be read.
        case unreadable(String)
        /// This process has another zone already.
        case otherZoneInForce(String)
    }

    /// The name that was asked for; `nil` for the system's zone.
    public let value: String?
    /// Why there is none.
    public let reason: Reason

    /// See the properties.
    public init(value: String?, reason: Reason) {
        self.value = value
        self.reason = reason
    }

    /// What is wrong, and what is allowed.
    public var description: String {
        let allowed = "allowed is the name of a file below \(ZoneDatabase.folder), such as \"Asia/Shanghai\""
        let name = value.map { "\"\($0)\"" } ?? "the system's time zone, \(ZoneDatabase.systemZone),"
        return switch reason {
        case .notAName: "\(name) is no name of a time zone; \(allowed)"
        case .unknown: "\(name) is no time zone that this system knows; \(allowed) (package tzdata)"
        case .unreadable(let cause): "\(name) cannot be used: \(cause); \(allowed)"
        case .otherZoneInForce(let other): "\(name) takes effect at the next start; \"\(other)\" is in force"
        }
    }
}

extension CivilZone {
    /// A zone of the system's zone database, as glibc reads it.
    ///
    /// glibc knows one zone a process, the one that `TZ` named when it was read. So this sets `TZ`, and it must be called
    /// **at start-up, before there is a second thread**: setenv(3) is not safe beside anybody's getenv(3), and a new zone
    /// would change what zones that were handed out say. Once it has succeeded, the same zone may be asked for again at
    /// any time (a reload), another one is an error. The zone's rules are those of the start: an upgrade of tzdata takes
    /// effect at the next one.
    ///
    /// What the caller's environment has in `TZ` does not count: the quiet hours depend on the configuration alone.
    /// - Parameter name: as the zone database calls it, `Asia/Shanghai`; `nil` for the system's, which is what
    ///   `/etc/localtime` holds, and UTC where there is no such file (localtime(5)).
    /// - Throws: if there is no such zone. glibc itself takes an unknown name for UTC and says nothing, which would
    ///   move the quiet hours by the width of the country, so the file is looked at first.
    public static func system(named name: String?) throws(CivilZoneError) -> CivilZone {
        let choice = try ZoneDatabase.choose(name)
        try ZoneInForce.set(choice, for: name)
        return CivilZone(name: choice.name) { time in
            var seconds = time_t(time.millisecondsSince1970 / 1000)
            if time.millisecondsSince1970 % 1000 < 0 { seconds -= 1 }
            var fields = tm()
            // localtime_r(3) fails only for years beyond the range of `int`, which a civil zone is never asked for. It
            // need not read TZ, and glibc's does not, since tzset(3) has; its lock makes it safe from any thread.
            guard localtime_r(&seconds, &fields) != nil else { return 0 }
            return fields.tm_gmtoff
        }
    }
}

/// Where zones are.
private enum ZoneDatabase {
    static let folder = "/usr/share/zoneinfo"
    static let systemZone = "/etc/localtime"

    private static let largestFile = 65_536

    struct Choice {
        /// For people.
        var name: String
        /// What `TZ` has to be.
        var setting: String
    }

    static func choose(_ name: String?) throws(CivilZoneError) -> Choice {
        guard let name else { return try chooseSystemZone() }
        guard isName(name) else { throw CivilZoneError(value: name, reason: .notAName) }
        let path = "\(folder)/\(name)"
        switch contents(of: path) {
        case .zone: return Choice(name: name, setting: ":\(path)")
        case .missing: throw CivilZoneError(value: name, reason: .unknown)
        case .unusable(let cause): throw CivilZoneError(value: name, reason: .unreadable(cause))
        }
    }

    private static func chooseSystemZone() throws(CivilZoneError) -> Choice {
        switch contents(of: systemZone) {
        case .zone: return Choice(name: systemZoneName() ?? systemZone, setting: ":\(systemZone)")
        case .missing: return Choice(name: "UTC", setting: "UTC0")
        case .unusable(let cause): throw CivilZoneError(value: nil, reason: .unreadable(cause))
        }
    }

    /// localtime(5): a link to a file below the zone database, whose name is that of the zone.
    private static func systemZoneName() -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(systemZone, &buffer, buffer.count)
        guard count > 0 else { return nil }
        let target = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let marker = target.firstRange(of: "zoneinfo/") else { return nil }
        let name = String(target[marker.upperBound...])
        return isName(name) ? name : nil
    }

    /// Letters, digits, `+`, `-` and `_` between single slashes: no way out of the folder, and nothing that glibc would
    /// take for a rule. `right/…` counts leap seconds, which this machine's clock does not.
    private static func isName(_ name: String) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return name.utf8.count <= 100 && parts.first.map { !$0.elementsEqual("right".utf8) } == true
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy { byte in
                        let character = Character(Unicode.Scalar(byte))
                        return character.isASCII
                            && (character.isLetter || character.isNumber || "+-_".contains(character))
                    }
            }
    }

    private enum Contents {
        case zone
        case missing
        case unusable(String)
    }

    /// RFC 8536: a zone's file begins with `TZif`, and one of version 2 or later ends with a line that holds the rule for
    /// the years to come. The largest one has some 4 KiB; one that is cut off lacks that end, and glibc would take it
    /// for UTC.
    private static func contents(of path: String) -> Contents {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let cause = errno
            return cause == ENOENT || cause == ENOTDIR
                ? .missing : .unusable(SystemCallError(call: "open", errno: cause, context: path).description)
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: largestFile)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else {
            return .unusable(SystemCallError(call: "read", errno: errno, context: path).description)
        }
        let file = bytes.prefix(count)
        guard file.starts(with: "TZif".utf8) else { return .unusable("\(path): not the file of a time zone") }
        return file.last == UInt8(ascii: "\n") ? .zone : .unusable("\(path): the file is cut off")
    }
}

/// The one zone of this process.
private enum ZoneInForce {
    /// What `TZ` was set to, and what it is called.
    private static let current = Mutex<ZoneDatabase.Choice?>(nil)

    static func set(_ choice: ZoneDatabase.Choice, for value: String?) throws(CivilZoneError) {
        let other: String? = current.withLock { current in
            if let current { return current.setting == choice.setting ? nil : current.name }
            // setenv(3) fails for a name with `=` in it, and for want of memory, of which Linux does not tell.
            setenv("TZ", choice.setting, 1)
            tzset()
            current = choice
            return nil
        }
        if let other { throw CivilZoneError(value: value, reason: .otherZoneInForce(other)) }
    }
}
