/// What the kernel says of UTC at one instant of the boot clock, and whether it believes itself.
///
/// It is "synchronised" in the words of adjtimex(2): an NTP client has set the clock, has said so, and has come back
/// often enough since. A clock that somebody or the battery merely has set is not, nor is one at boot.
public struct KernelTime: Hashable, Sendable {
    /// `CLOCK_REALTIME`.
    public var time: WallTime
    /// `CLOCK_BOOTTIME` at the same moment.
    public var at: Instant
    /// Neither `TIME_ERROR` nor `STA_UNSYNC`.
    public var isSynchronised: Bool
    /// How wrong the clock is at most, in the kernel's own opinion: what its NTP client said last, grown by 500 ppm
    /// since, and what is still to be slewed. Meaningless without `isSynchronised`.
    public var maximumError: Duration

    /// See the properties.
    public init(time: WallTime, at: Instant, isSynchronised: Bool, maximumError: Duration) {
        self.time = time
        self.at = at
        self.isSynchronised = isSynchronised
        self.maximumError = maximumError
    }
}
