/// What time it is, and whether that can be believed.
///
/// UTC is `boot time + offset`. The offset comes from two sources, each of which alone is enough: the receiver, and the
/// kernel's clock while NTP holds it.
///
/// **The receiver** is trusted when two readings, at least 2 s of UTC apart, agree on the offset within half a second.
/// A log that is replayed faster than it was recorded disagrees with itself and gives no trust.
///
/// A report comes through a serial line and gpsd after the moment that it names, never before it: each reading's
/// `UTC − boot time` is the true offset less its delay. The reading with the least delay is the best one, so the
/// estimate is the largest offset of the last 30 to 60 s. The true offset lies between the estimate and the estimate
/// plus ``Settings/reportDelay``, the bound of the least delay; the clock tells the middle of the two, and half the bound
/// is its uncertainty. So both ends are kept, and nobody's clock is wrong by more than half the bound.
///
/// **A contradiction** is a reading that is off by more than the step threshold, or the bound of the delay if that is
/// larger, from what was read before (see `OffsetEstimate`). From that reading on the uncertainty covers all that is read
/// (see `ReceiverDoubt`), until a minute of reports has said one thing only. If that is another time than before, UTC has
/// **stepped**. What was read before the first trust and did not agree is covered in the same way. If the receiver falls
/// silent instead, the doubt stays, unless NTP confirms the time from before ten minutes later.
///
/// **The kernel's clock** is trusted at the first reading that is synchronised. Its uncertainty is the kernel's maximum
/// error, but at least half a second: some clients (systemd-timesyncd) tell the kernel a maximum error of 0 at each
/// answer of the server and leave out the way there and back, which over a mobile network may differ by a second. A
/// clock that is merely set is never trusted, whatever it shows, nor is one whose maximum error has grown to 16 s, at
/// which the kernel itself gives up.
///
/// **Either source** is only believed at a time that ``FixTimeJudge`` finds plausible: not before the day on which this
/// program was built, and less than 1024 weeks after it. A time outside of that is as good as none, and contradicts
/// nobody.
///
/// **Which one counts**, each with its uncertainty as it is by then:
///
/// | the two | offset and source | uncertainty |
/// | --- | --- | --- |
/// | only one has ever been trusted | its | its |
/// | have an offset in common | NTP's once it is the surer one by 200 ms, the receiver's by 500 ms | its |
/// | are apart by less than 2 s | the same | reaches to the far end of the other's |
/// | **disagree**: are apart by more than 2 s, and until they touch again | the receiver's | the same |
///
/// "Apart" is the room between the two intervals, so each source's uncertainty goes off first. In a disagreement either
/// may be wrong: a server that somebody has misconfigured, a receiver that does not know the leap seconds yet. The
/// receiver counts because its time is that of the satellites that give it a sensible place, while an NTP server is a
/// name and an unsigned packet. But nothing that must not happen at a certain time may rely on it: the uncertainty
/// covers what both say, so that the quiet window, which is widened by it, covers the hours of either, and an offset
/// that is hours in doubt means hours of silence. A source that no longer speaks is covered like one that does: its
/// silence does not show who was right. What is not found is a lie that the other's uncertainty hides.
///
/// **Without readings** of the source that counts, lost synchronisation included, the clock holds over on boot time; the
/// uncertainty grows by 100 ppm (8.64 s a day), more than any crystal's error, from the source's last reading, up to
/// half a day, which says nothing about the time of day any more. Trust is not taken back: who needs a bound looks at
/// the uncertainty.
///
/// **The delay is measured** where NTP holds the kernel's clock to a second or better and the receiver is heard: NTP's
/// offset less the estimate. Where it lies beyond the bound, the uncertainty covers what was measured, also after NTP has
/// fallen silent, until it is measured anew.
///
/// **A step** of NTP is one synchronised reading that is more than 2 s off (plus what the crystal may have drifted).
/// Anything less is followed quietly, and told when it adds up to 100 ms. A system clock that is set by more than 2 s
/// without NTP's word is told as a step of the system, and moves nothing.
public struct WallClock: Hashable, Sendable {
    /// Whether UTC is known.
    public enum State: Hashable, Sendable {
        /// It is not.
        case untrusted(UntrustedReason)
        /// It is, with the uncertainty as it is at the instant that was asked for.
        case trusted(ClockOffset)
    }

    /// Why the time of day is not known.
    public enum UntrustedReason: String, CaseIterable, Sendable {
        /// No fix with a time has come yet, and NTP does not hold the system's clock.
        case noReading = "no-reading"
        /// The time of the receiver, or of a system clock that NTP holds, cannot be true.
        case implausibleReading = "implausible-reading"
        /// There is a reading, but none yet that agrees with it.
        case unconfirmed
        /// UTC may be known, but not the vehicle's time zone. Said by ``QuietGate``, never by this clock.
        case timeZoneUnknown = "time-zone-unknown"
    }

    /// What a reading led to.
    public enum Action: Hashable, Sendable {
        /// From here on UTC is known.
        case trusted(ClockOffset)
        /// UTC as a source tells it moved against the boot clock by `by`. The offset is the one that counts from here
        /// on, which need not be that source's; `nil` if it is the system's clock that was set, which changes none.
        case stepped(by: Duration, source: ClockSource, ClockOffset?)
        /// GPS and NTP contradict each other from here on: NTP's time is ahead by `by`. The offset is the one that
        /// counts from here on, with an uncertainty that covers both.
        case disagreed(by: Duration, ClockOffset)
        /// The receiver contradicts itself from here on, by so much (later is positive). The offset is the one that counts
        /// from here on, with an uncertainty that covers all that was read.
        case doubted(by: Duration, ClockOffset)
        /// Since it was last told, the offset has changed by 100 ms or more, its uncertainty by 1 s or more, or its
        /// source; or a contradiction is over.
        case offsetChanged(ClockOffset)

        /// The offset that counts from here on; `nil` if it is what it was.
        public var offset: ClockOffset? {
            switch self {
            case .trusted(let offset), .disagreed(_, let offset), .doubted(_, let offset), .offsetChanged(let offset):
                offset
            case .stepped(_, _, let offset): offset
            }
        }
    }

    /// The bounds; see the type's description.
    public struct Settings: Hashable, Sendable {
        /// How far apart the offsets of two readings that agree may be, and of two half minutes.
        public var tolerance: Duration = .milliseconds(500)
        /// How much UTC must pass between two readings that agree.
        public var confirmationSpan: Duration = .seconds(2)
        /// A deviation from a source's own offset beyond this is a step, of the receiver once it is confirmed.
        public var stepThreshold: Duration = .seconds(2)
        /// How long after its moment a report of the receiver is read at most. The punctual one of each half minute keeps
        /// it; others may be later.
        public var reportDelay: Duration = .milliseconds(1500)
        /// How long the receiver must say one thing only before a contradiction is over.
        public var doubtDuration: Duration = .seconds(60)
        /// In how many reports at least.
        public var doubtReports = 10
        /// The least uncertainty of a clock that NTP holds.
        public var leastKernelError: Duration = .milliseconds(500)
        /// A maximum error from which on a clock is not synchronised: the kernel's NTP_PHASE_LIMIT.
        public var unsynchronisedError: Duration = .seconds(16)
        /// Room between the claims of two sources beyond this is a disagreement.
        public var disagreementThreshold: Duration = .seconds(2)
        /// How long a receiver must be silent before NTP's word, if it agrees with the time from before, ends a contradiction.
        public var doubtOfSilentReceiver: Duration = .seconds(600)
        /// By how much NTP's uncertainty must be the smaller one before it counts.
        public var kernelPreference: Duration = .milliseconds(200)
        /// By how much the receiver's must be before it counts again. NTP is far better than it says as a rule, the
        /// receiver is not; and a clock whose maximum error goes to and fro between two polls of NTP (1 s in 2048 s) must not
        /// change the source each time.
        public var receiverPreference: Duration = .milliseconds(500)
        /// The largest uncertainty of NTP that measures a report's delay.
        public var measuringError: Duration = .seconds(1)
        /// How old NTP's word may be for it: two of the kernel's readings.
        public var measuringAge: Duration = .seconds(130)
        /// How old the receiver's last report may be for it.
        public var measuringPause: Duration = .seconds(10)
        /// A change of the offset that is worth telling.
        public var worthTelling: Duration = .milliseconds(100)
        /// A change of the uncertainty that is worth telling.
        public var uncertaintyWorthTelling: Duration = .seconds(1)

        /// The defaults.
        public init() {}

        /// A reading that is off by more than this contradicts those before it.
        var contradictionThreshold: Duration { max(stepThreshold, reportDelay) }
    }

    private enum Choice: Hashable {
        /// The receiver's claim counts: it is the only one, or the better one.
        case receiver
        /// NTP's claim counts, for the same reasons.
        case kernel
        /// The two disagree.
        case receiverAgainstKernel
    }

    private static let bootZero = Instant(nanosecondsSinceBoot: 0)

    let settings: Settings
    private(set) var receiver: ReceiverTrust
    private var kernel: KernelTrust
    private var choice = Choice.receiver
    private var told: ClockOffset?
    private var isDoubtTold = false

    /// How late reports come, as NTP showed it last; `nil` if it never did.
    public private(set) var measuredDelay: ReportDelay?

    /// - Parameter settings: see there.
    public init(settings: Settings = Settings()) {
        self.settings = settings
        receiver = ReceiverTrust(settings: settings)
        kernel = KernelTrust(settings: settings)
    }

    /// Whether UTC is known at an instant of this boot.
    public func state(at now: Instant) -> State {
        if let claim = claim(at: now) { return .trusted(claim.offset) }
        // The receiver's reason says more, unless it never had a word.
        let reasons = [receiver.untrustedReason, kernel.untrustedReason].compactMap { $0 }
        return .untrusted(reasons.first { $0 != .noReading } ?? .noReading)
    }

    /// UTC at an instant of this boot; `nil` while it is not trusted.
    public func wallTime(at instant: Instant) -> WallTime? {
        claim(at: instant)?.offset.wallTime(at: instant)
    }

    /// By how much NTP's time is ahead of the receiver's; `nil` unless they disagree.
    public var disagreement: Duration? {
        // The offsets are the same at any instant.
        guard choice == .receiverAgainstKernel, let receiver = receiver.claim(at: Self.bootZero),
            let kernel = kernel.claim(at: Self.bootZero)
        else { return nil }
        return kernel.utcAtBoot - receiver.utcAtBoot
    }

    /// NTP's claim; `nil` if the receiver's is the one that counts, or there is none.
    func kernelClaimThatCounts(at now: Instant) -> ClockClaim? {
        choice == .kernel || receiver.estimate == nil ? kernel.claim(at: now) : nil
    }

    /// UTC at the zero of the boot clock as NTP says it, or said last.
    var kernelUTCAtBoot: WallTime? { kernel.claim(at: Self.bootZero)?.utcAtBoot }

    /// A fix with a time arrived.
    /// - Parameters:
    ///   - time: the receiver's time; only that of a fix, for a receiver without one shows its own clock.
    ///   - mark: what ``FixTimeJudge`` says of it. Only a time that can be true is ever used.
    ///   - now: when the fix was read.
    public mutating func handle(_ time: WallTime, marked mark: TimeMark, at now: Instant) -> [Action] {
        switch receiver.handle(ClockReading(time: time, at: now), marked: mark) {
        case .none: []
        case .read(let step): settle(after: step, at: now)
        }
    }

    /// The kernel's clock was read: at the start, after each time that it was set, and once in a while.
    /// - Parameters:
    ///   - time: what it said.
    ///   - mark: what ``FixTimeJudge`` says of it. Only a plausible time is ever used.
    public mutating func handle(_ time: KernelTime, marked mark: TimeMark) -> [Action] {
        switch kernel.handle(time, marked: mark) {
        case .none: return []
        case .systemStepped(let step): return [.stepped(by: step.by, source: step.source, nil)]
        case .confirmed(let step):
            endDoubtOfSilentReceiver(at: time.at)
            return settle(after: step, at: time.at)
        }
    }

    /// The last words of a receiver that has been silent for ten minutes need not be believed against NTP and all that it
    /// said before.
    private mutating func endDoubtOfSilentReceiver(at now: Instant) {
        guard let heardAt = receiver.unconfirmedAt, now - heardAt >= settings.doubtOfSilentReceiver,
            let kernel = kernel.claim(at: now)
        else { return }
        // Without a claim it never said anything that could be believed.
        if receiver.claim(at: now).map({ $0.gap(to: kernel) <= .zero }) ?? true { receiver.endDoubt() }
    }

    /// A source has confirmed its claim or made a new one: who counts now, and who is to be told?
    private mutating func settle(after step: ClockStep?, at now: Instant) -> [Action] {
        let before = choice
        choice = nextChoice(at: now)
        measureDelay(at: now)
        guard let offset = claim(at: now)?.offset else { return [] }
        var actions: [Action] = []
        if let step {
            actions.append(.stepped(by: step.by, source: step.source, step.source == .system ? nil : offset))
        }
        if told == nil { actions.append(.trusted(offset)) }
        if before != .receiverAgainstKernel, let disagreement { actions.append(.disagreed(by: disagreement, offset)) }
        let contradiction = contradiction
        if !isDoubtTold, let contradiction { actions.append(.doubted(by: contradiction.by, offset)) }
        let isOver = isDoubtTold && contradiction == nil
        if isOver || isWorthTelling(offset), !actions.contains(where: { $0.offset != nil }) {
            actions.append(.offsetChanged(offset))
        }
        isDoubtTold = contradiction != nil
        if actions.contains(where: { $0.offset != nil }) { told = offset }
        return actions
    }

    private func nextChoice(at now: Instant) -> Choice {
        guard let receiver = receiver.claim(at: now) else { return .kernel }
        guard let kernel = kernel.claim(at: now) else { return .receiver }
        let gap = receiver.gap(to: kernel)
        switch choice {
        case .receiverAgainstKernel where gap > .zero:
            return .receiverAgainstKernel
        case .receiverAgainstKernel:
            return kernel.uncertainty < receiver.uncertainty ? .kernel : .receiver
        case .receiver where gap <= settings.disagreementThreshold:
            return kernel.uncertainty + settings.kernelPreference < receiver.uncertainty ? .kernel : .receiver
        case .kernel where gap <= settings.disagreementThreshold:
            return receiver.uncertainty + settings.receiverPreference < kernel.uncertainty ? .receiver : .kernel
        case .receiver, .kernel:
            return .receiverAgainstKernel
        }
    }

    private func claim(at now: Instant) -> ClockClaim? {
        guard let claim = certainClaim(at: now) else { return nil }
        let bound = max(settings.reportDelay, lateDelay?.atMost ?? .zero)
        return receiver.doubtedClaim(at: now, reportDelay: bound).map(claim.including) ?? claim
    }

    /// What counts if the receiver's contradictions are left out.
    private func certainClaim(at now: Instant) -> ClockClaim? {
        guard let receiver = receiver.claim(at: now) else {
            let kernel = kernel.claim(at: now)
            return self.receiver.candidateClaim(at: now).map { kernel?.covering($0) } ?? kernel
        }
        guard let kernel = kernel.claim(at: now) else { return receiver }
        guard choice != .kernel else { return kernel.covering(receiver) }
        return lateClaim(at: now).map(receiver.covering(kernel).including) ?? receiver.covering(kernel)
    }

    /// What NTP has shown if that is more than the bound of the delay allows. NTP's own claim grows while nobody hears of
    /// it, and would hide it.
    private func lateClaim(at now: Instant) -> ClockClaim? {
        guard let measured = lateDelay, let estimate = receiver.estimate else { return nil }
        let span = OffsetSpan(low: estimate.utcAtBoot + measured.atLeast, high: estimate.utcAtBoot + measured.atMost)
        return ClockClaim(source: .gps, span: span, heldFor: now - estimate.restsOn)
    }

    /// The measured delay if it is not what the bound says.
    private var lateDelay: ReportDelay? {
        measuredDelay.flatMap { $0.delay > settings.reportDelay || $0.atMost < .zero ? $0 : nil }
    }

    /// While both are heard, and say the same as far as that can be told.
    private mutating func measureDelay(at now: Instant) {
        guard choice != .receiverAgainstKernel, receiver.doubt == nil, let estimate = receiver.estimate,
            let kernel = kernel.claim(at: now), let kernelAge = self.kernel.age(at: now),
            kernelAge <= settings.measuringAge, now - estimate.confirmedAt <= settings.measuringPause,
            kernel.uncertainty <= settings.measuringError
        else { return }
        measuredDelay = ReportDelay(
            delay: kernel.utcAtBoot - estimate.utcAtBoot,
            uncertainty: kernel.uncertainty,
            at: now
        )
    }

    private func isWorthTelling(_ offset: ClockOffset) -> Bool {
        guard let told, told.source == offset.source else { return true }
        let (now, then) = (offset.wallTime(at: Self.bootZero), told.wallTime(at: Self.bootZero))
        let widened =
            Duration.milliseconds(offset.uncertaintyMilliseconds) - .milliseconds(told.uncertaintyMilliseconds)
        return max(now - then, then - now) >= settings.worthTelling
            || max(widened, .zero - widened) >= settings.uncertaintyWorthTelling
    }
}
