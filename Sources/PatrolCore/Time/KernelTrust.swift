/// What the kernel's clock says of the offset while NTP holds it, and whether it was set. The rules are those of
/// ``WallClock``.
///
/// One reading is enough, where the receiver needs two: the kernel's word that it is synchronised is that of an NTP
/// client which has compared servers or at least has got an answer to its own question.
struct KernelTrust: Hashable, Sendable {
    /// What a reading led to.
    enum Change: Hashable {
        /// Nothing: the clock is not held, or its time cannot be true.
        case none
        /// The same, but it was set to another time.
        case systemStepped(ClockStep)
        /// The offset is known, or confirmed, or known anew after a step.
        case confirmed(step: ClockStep?)
    }

    private enum Knowledge: Hashable {
        /// NTP never held the clock.
        case none
        /// NTP holds it at a time that cannot be true.
        case implausible
        /// The last reading while NTP held it, with its uncertainty then. Whether NTP still does makes no difference:
        /// the claim grows from there.
        case offset(ClockReading, uncertainty: Duration)
    }

    private let settings: WallClock.Settings
    private var knowledge = Knowledge.none
    private var last: ClockReading?

    init(settings: WallClock.Settings) {
        self.settings = settings
    }

    /// Why there is no claim; `nil` if there is one.
    var untrustedReason: WallClock.UntrustedReason? {
        switch knowledge {
        case .none: .noReading
        case .implausible: .implausibleReading
        case .offset: nil
        }
    }

    /// What NTP says of the offset, or said last; `nil` if it never did.
    func claim(at now: Instant) -> ClockClaim? {
        guard case .offset(let reading, let uncertainty) = knowledge else { return nil }
        return ClockClaim(
            source: .ntp,
            utcAtBoot: reading.utcAtBoot,
            uncertainty: uncertainty,
            heldFor: now - reading.at
        )
    }

    /// How long ago NTP was last heard to hold the clock; `nil` if it never was.
    func age(at now: Instant) -> Duration? {
        guard case .offset(let reading, _) = knowledge else { return nil }
        return now - reading.at
    }

    /// The kernel's clock was read.
    mutating func handle(_ kernel: KernelTime, marked mark: TimeMark) -> Change {
        let reading = ClockReading(time: kernel.time, at: kernel.at)
        // Without a setting the difference between the kernel's clocks stays as it is: slewing moves both.
        let set = last.flatMap { step(from: $0.utcAtBoot, to: reading, of: .system) }
        last = reading
        guard kernel.isSynchronised, kernel.maximumError < settings.unsynchronisedError else {
            return set.map(Change.systemStepped) ?? .none
        }
        switch knowledge {
        case .offset where mark != .plausible:
            return set.map(Change.systemStepped) ?? .none
        case .none where mark != .plausible, .implausible where mark != .plausible:
            knowledge = .implausible
            return set.map(Change.systemStepped) ?? .none
        case .none, .implausible:
            hold(reading, kernel.maximumError)
            return .confirmed(step: set)
        case .offset(let held, _):
            hold(reading, kernel.maximumError)
            let drift = ClockClaim.drift(over: reading.at - held.at)
            // Set by hand and set right again is a step of the system's clock both times, and never one of NTP's.
            return .confirmed(step: step(from: held.utcAtBoot, to: reading, of: .ntp, allowing: drift) ?? set)
        }
    }

    private mutating func hold(_ reading: ClockReading, _ maximumError: Duration) {
        knowledge = .offset(reading, uncertainty: max(settings.leastKernelError, maximumError))
    }

    private func step(
        from utcAtBoot: WallTime,
        to reading: ClockReading,
        of source: ClockSource,
        allowing drift: Duration = .zero
    ) -> ClockStep? {
        guard reading.deviation(from: utcAtBoot) > settings.stepThreshold + drift else { return nil }
        return ClockStep(by: reading.utcAtBoot - utcAtBoot, source: source)
    }
}
