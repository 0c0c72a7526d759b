import Glibc
public import PatrolCore
import Synchronization

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
    /// - Parameters:
    ///   - name: as the zone database calls it, `Asia/Shanghai`; `nil` for the system's, which is what `/etc/localtime`
    ///     holds, and UTC where there is no such file (localtime(5)).
    ///   - mustSayUTC: whether a system's zone that is UTC is refused: it is what a machine has that nobody has told where
    ///     it is.
    /// - Throws: if there is no such zone, or none that can be relied on. glibc itself takes whatever it cannot read for
    ///   UTC and says nothing, which would move the quiet hours by the width of the country, so the file is looked at
    ///   first.
    public static func system(named name: String?, mustSayUTC: Bool = false) throws(CivilZoneError) -> CivilZone {
        let choice = try ZoneDatabase.system.choose(name, mustSayUTC: mustSayUTC)
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
