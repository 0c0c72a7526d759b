/// All that says whether something may sound: the time, where the vehicle is and what it does, quiet, mutes, the player
/// and its device, and the clips.
struct PlayContext: Sendable {
    let settings: AnnouncerSettings
    /// The last instant that was passed; the boot clock does not go back, and neither does this.
    private(set) var now: Instant
    private(set) var clock: WallClock
    private(set) var zones: Set<String>
    private(set) var isMoving = false
    private(set) var isOnDuty: Bool
    /// Why the program that plays cannot be started; `nil` if nothing is known against it.
    private(set) var playerProblem: String?
    private(set) var quiet: QuietWatch
    private(set) var muting: MuteState
    private(set) var clips: PlayableClips
    private(set) var device: DeviceHealth

    init(
        _ settings: AnnouncerSettings,
        _ clock: WallClock,
        zones: Set<String>,
        isOnDuty: Bool,
        _ mute: Mute?,
        at now: Instant
    ) {
        self.settings = settings
        self.now = now
        self.clock = clock
        self.zones = zones
        self.isOnDuty = isOnDuty
        quiet = QuietWatch(settings.gate, at: now, clock, inZones: zones)
        muting = MuteState(mute)
        clips = PlayableClips(settings.clips, largestNumberOfFailures: settings.largestNumberOfFileFailures)
        device = DeviceHealth(
            settings: .init(
                shortestPause: settings.shortestDevicePause,
                longestPause: settings.longestDevicePause,
                proof: settings.deviceProof
            )
        )
    }

    /// When something here may change by itself.
    var wakeAt: Instant? {
        [quiet.wakeAt, muting.wakeAt, device.wakeAt].compactMap { $0 }.min()
    }

    // MARK: What happens

    mutating func advance(to instant: Instant) {
        now = max(now, instant)
    }

    /// Takes the inputs that say how the world is, and looks what they and the time have changed.
    mutating func learn(_ input: Announcer.Input, _ events: inout [LoudspeakerEvent]) {
        var isNews = false
        switch input {
        case .clockChanged(let clock): (self.clock, isNews) = (clock, true)
        case .zonesChanged(let zones): (self.zones, isNews) = (zones, zones != self.zones)
        case .motionChanged(let isMoving): self.isMoving = isMoving
        case .dutyChanged(let isOn): isOnDuty = isOn
        case .clipsChanged(let clips): self.clips.replace(by: clips)
        case .playerChanged(let problem): playerProblem = problem
        case .say, .mute, .unmute, .stop, .playStarted, .playEnded, .wakeUp, .shutDown: break
        }
        if let event = quiet.look(at: now, clock, inZones: zones, isNews: isNews) { events.append(event) }
        if let event = muting.look(at: now, clock) { events.append(event) }
    }

    mutating func begin(_ mute: Mute) -> [LoudspeakerEvent] {
        [muting.begin(mute), muting.look(at: now, clock)].compactMap { $0 }
    }

    mutating func endMute(by requester: String) -> LoudspeakerEvent? {
        muting.end(.person(requester: requester))
    }

    mutating func playStarted() {
        device.started(at: now)
    }

    mutating func playEnded(_ clip: ClipName, _ outcome: PlayOutcome, _ end: PlayEnd) -> LoudspeakerEvent? {
        clips.playEnded(clip, end)
        if case .deviceFailed(let reason) = outcome { return device.fail(reason, at: now)?.event }
        return device.endedWell(at: now, hasSounded: end.framesPlayed > 0)?.event
    }

    mutating func lookAtDevice() -> LoudspeakerEvent? {
        device.look(at: now)?.event
    }

    // MARK: What may sound

    /// `nil` while nobody knows what time it is.
    var clockOffset: ClockOffset? {
        if case .trusted(let offset) = clock.state(at: now) { offset } else { nil }
    }

    /// Whether quiet hours do not hold a request back.
    func isExempt(_ request: SayRequest) -> Bool {
        request.priority == .emergency && settings.emergencyInQuietHours && request.hasReason
    }

    /// The last instant at which something may sound; `nil` if nothing known limits it.
    func deadline(isExempt: Bool) -> Instant? {
        isExempt ? nil : quiet.opensUntil
    }

    /// What silences even what sounds already.
    func silencer(isExempt: Bool) -> InhibitReason? {
        quiet.inhibitReason(isExempt: isExempt) ?? (muting.mute == nil ? nil : .muted)
    }

    /// What keeps a clip from being started.
    func inhibitReason(of clip: Clip, isExempt: Bool) -> InhibitReason? {
        if let silencer = silencer(isExempt: isExempt) { return silencer }
        if let playerProblem { return .playerUnusable(playerProblem) }
        return wouldEndInTime(clip, isExempt: isExempt) ? nil : .wouldNotEndBeforeQuiet
    }

    /// Whether a clip that is started now will have ended when quiet begins.
    func wouldEndInTime(_ clip: Clip, isExempt: Bool) -> Bool {
        deadline(isExempt: isExempt).map { now + settings.startAllowance + clip.duration <= $0 } ?? true
    }

    /// Why a request cannot be played now.
    func refusal(of request: SayRequest) -> SayRefusal? {
        if request.priority == .scheduled { return .priorityNotAllowed(request.priority) }
        if !clips.areChecked { return .inhibited(.clipsUnchecked) }
        guard let clip = clips.clip(request.clip) else { return .unknownClip(request.clip) }
        switch inhibitReason(of: clip, isExempt: isExempt(request)) {
        case .quiet(let rule)?
        where request.priority == .emergency && settings.emergencyInQuietHours && !request.hasReason:
            return .reasonRequired(rule: rule)
        case let reason?: return .inhibited(reason)
        case nil: return nil
        }
    }

    // MARK: How loud

    /// A clip's gain in dB, for here and now.
    /// - Parameter decibels: on top; `nil` for a play that no rule makes softer or louder.
    func gainDecibels(of clip: Clip, adding decibels: Double?) -> Double {
        let volume = decibels.map { $0 + volumeDecibels } ?? 0
        return clip.gainDecibels(targetLUFS: settings.targetLoudnessLUFS, volumeDecibels: volume)
    }

    /// What the volume is changed by where and when it is.
    private var volumeDecibels: Double {
        guard !settings.volumes.isEmpty, let time = clock.wallTime(at: now) else { return 0 }
        let civil = settings.zone.civilTime(at: time)
        return VolumeRule.decibels(of: settings.volumes, at: civil, inZones: zones)
    }
}
