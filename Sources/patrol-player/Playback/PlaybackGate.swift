import PatrolCore

/// The last word on when the player is silent: it knows every reason to end, and ends the process itself if the thread
/// at the device does not come back from a call in time.
///
/// `snd_pcm_drop` was seen to block for 3 s while the sound server stood still, and a decoder can hang in a read. So
/// the thread at the device falls silent by itself at the limit, and this gate, on a thread that calls nothing that
/// blocks, leaves a moment later whatever the others do: the device is closed with the process.
struct PlaybackGate: Hashable, Sendable {
    /// How long after the limit the thread at the device may take to report. The daemon kills 100 ms after a deadline.
    static let grace: Duration = .milliseconds(40)
    /// So long the heard frames may stand still.
    static let patience: Duration = .seconds(2)

    enum Input: Hashable, Sendable {
        /// A deadline was set, or another one: earlier or later.
        case deadline(Instant)
        /// Somebody asked for silence; the reason is for the report.
        case stop(reason: String?)
        /// There is no parent any more.
        case parentGone
        /// Time has passed, and so far the play has come.
        case wakeUp(Progress)
        /// The play has ended by itself.
        case ended(Ending)
    }

    enum Action: Hashable, Sendable {
        /// The device is to be silent from this limit on; it replaces any earlier one.
        case limit(SilenceLimit)
        /// Report and leave the process, now.
        case leave(Ending)
    }

    private enum State: Hashable {
        /// Nothing forbids to sound yet.
        case open
        /// Until the limit; a deadline may still move it.
        case limited(SilenceLimit)
        /// Silence was asked for: no deadline can move it to later.
        case ending(SilenceLimit)
        /// Everything is said.
        case left
    }

    private var state: State = .open
    private var progress: Progress

    init(at now: Instant) {
        progress = Progress(at: now)
    }

    mutating func handle(_ input: Input, at now: Instant) -> [Action] {
        if case .left = state { return [] }
        switch input {
        case .ended(let ending):
            return leave(ending)
        case .deadline(let deadline):
            return move(to: .deadline(deadline), at: now)
        case .stop(let reason):
            return end(with: .stop(at: now, reason: reason))
        case .parentGone:
            return end(with: .parentGone(at: now))
        case .wakeUp(let progress):
            self.progress = progress
            return look(at: now)
        }
    }

    /// When to look again at the latest; `nil` when there is nothing to wait for.
    var wakeAt: Instant? {
        let standstill = progress.advancedAt + Self.patience
        switch state {
        case .open: return standstill
        case .limited(let limit), .ending(let limit): return min(standstill, limit.at + Self.grace)
        case .left: return nil
        }
    }

    private mutating func move(to limit: SilenceLimit, at now: Instant) -> [Action] {
        switch state {
        case .open, .limited:
            state = .limited(limit)
            return [.limit(limit)]
        case .ending(let earlier) where limit.at < earlier.at:
            state = .ending(limit)
            return [.limit(limit)]
        case .ending, .left:
            return []
        }
    }

    private mutating func end(with limit: SilenceLimit) -> [Action] {
        switch state {
        case .limited(let earlier) where earlier.at <= limit.at:
            // The deadline comes first; it cannot be moved away any more.
            state = .ending(earlier)
            return []
        case .ending(let earlier) where earlier.at <= limit.at:
            return []
        case .open, .limited, .ending:
            state = .ending(limit)
            return [.limit(limit)]
        case .left:
            return []
        }
    }

    private mutating func look(at now: Instant) -> [Action] {
        switch state {
        case .limited(let limit), .ending(let limit):
            if now >= limit.at + Self.grace { return leave(limit.ending) }
        case .open, .left:
            break
        }
        guard now >= progress.advancedAt + Self.patience else { return [] }
        return leave(progress.activity.standstill)
    }

    private mutating func leave(_ ending: Ending) -> [Action] {
        state = .left
        return [.leave(ending)]
    }
}

/// How far the play has come.
struct Progress: Hashable, Sendable {
    /// What the threads are at, so that a standstill can be explained.
    enum Activity: Hashable, Sendable {
        /// The file is being opened.
        case openingFile
        /// The device is being opened.
        case openingDevice
        /// Frames go to the device.
        case playing
        /// The device has room, but the decoder delivers nothing.
        case waitingForDecoder
        /// The device has failed with this and is tried again.
        case reopening(reason: String)

        /// What a standstill in it means.
        var standstill: Ending {
            switch self {
            case .openingFile: Ending(how: .fileFailed, reason: "the file does not open within 2 s")
            case .openingDevice: Ending(how: .deviceFailed, reason: "the device does not open within 2 s")
            case .playing: Ending(how: .deviceFailed, reason: "frames do not advance for 2 s")
            case .waitingForDecoder: Ending(how: .fileFailed, reason: "the decoder delivers nothing for 2 s")
            case .reopening(let reason): Ending(how: .deviceFailed, reason: reason)
            }
        }
    }

    /// Frames of the clip that have sounded.
    var heard: Int64 = 0
    /// When ``heard`` last grew, or the play began.
    var advancedAt: Instant
    var activity: Activity = .openingFile

    init(at now: Instant) {
        advancedAt = now
    }

    /// Takes a new count; a smaller one is an error of the device's arithmetic and says nothing.
    mutating func advance(to heard: Int64, at now: Instant) {
        guard heard > self.heard else { return }
        self.heard = heard
        advancedAt = now
    }
}
