/// A boot of the machine as the journal counts it, from 1: a record's instant means something only together with it.
public struct BootNumber: RawRepresentable, Hashable, Comparable, Sendable {
    /// 1 for the first boot that this journal saw.
    public let rawValue: Int64

    /// - Parameter rawValue: 1 for the first boot that this journal saw.
    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// An earlier boot.
    public static func < (left: BootNumber, right: BootNumber) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// What a boot's clock turned out to be: `UTC = boot time + offset`.
public struct ClockOffset: Hashable, Sendable {
    /// UTC at the instant 0 of the boot clock, in milliseconds since 1970.
    public var utcAtBootMilliseconds: Int64
    /// Where the offset comes from.
    public var source: ClockSource
    /// Half the width of the interval in which the true offset lies.
    public var uncertaintyMilliseconds: Int64

    /// See the properties.
    public init(utcAtBootMilliseconds: Int64, source: ClockSource, uncertaintyMilliseconds: Int64) {
        self.utcAtBootMilliseconds = utcAtBootMilliseconds
        self.source = source
        self.uncertaintyMilliseconds = uncertaintyMilliseconds
    }

    /// UTC at an instant of the boot that this offset belongs to; saturates.
    public func wallTime(at instant: Instant) -> WallTime {
        WallTime(millisecondsSince1970: utcAtBootMilliseconds) + .milliseconds(instant.millisecondsSinceBoot)
    }
}

/// Who told the time.
public enum ClockSource: String, CaseIterable, Sendable {
    /// Two consistent readings of a receiver with a fix.
    case gps
    /// The kernel's clock while NTP holds it.
    case ntp
    /// The kernel's clock, whoever set it. It is never trusted, and no offset comes from it; it only can be said to
    /// have stepped.
    case system
}

/// A boot of the machine, as it is kept and sent beside the records that belong to it.
public struct BootRecord: Hashable, Sendable {
    /// As the journal counts.
    public var number: BootNumber
    /// The kernel's `/proc/sys/kernel/random/boot_id`.
    public var bootID: String
    /// What the boot's clock turned out to be; `nil` until it is trusted.
    public var clock: ClockOffset?

    /// See the properties.
    public init(number: BootNumber, bootID: String, clock: ClockOffset?) {
        self.number = number
        self.bootID = bootID
        self.clock = clock
    }
}

extension ClockOffset {
    /// The most by which it can be wrong. It is told in whole milliseconds, of which one is cut, and the readings that it
    /// comes from name whole milliseconds, which hides another.
    var uncertaintyAtMost: Duration { .milliseconds(uncertaintyMilliseconds + 2) }
}
