import Glibc
import PatrolCore
import PatrolSystem

/// What the thread at the sound device does: it keeps the device fed, fades towards the limit, and drops the device at it.
///
/// It waits for the device and for a new limit, never for the decoder. Every call of alsa-lib may block while a sound
/// server stands still; ``PlaybackGate`` is there for that.
struct DeviceLoop: ~Copyable {
    /// While the decoder delivers nothing, it is asked again after so many milliseconds.
    private static let starvedMilliseconds: CInt = 5

    private let name: String
    private let format: ClipFormat
    private let feed: ClipFeed
    private let state: PlayState

    private var device: SoundDevice?
    private var ledger = FrameLedger()
    private var reopening = Reopening()
    private var isStarted = false
    private var piece: [Float] = []

    init(name: String, format: ClipFormat, feed: ClipFeed, state: PlayState) {
        self.name = name
        self.format = format
        self.feed = feed
        self.state = state
    }

    /// Plays to the end of the clip or to the limit, whichever comes first.
    /// - Returns: how it ended.
    consuming func run() -> Ending {
        state.update { $0.activity = .openingDevice }
        do {
            device = try openDevice()
        } catch {
            // Nothing has sounded yet: whether to try again is the daemon's decision.
            return Ending(how: .deviceFailed, reason: "\(error)")
        }
        while true {
            let limit = state.limit
            if let limit, BootClock.now() >= limit.at { return silence(limit) }
            do {
                if let ending = try step(limit) { return ending }
            } catch {
                if let ending = recover(from: error) { return ending }
            }
        }
    }

    /// What a look at the device has led to.
    private enum Outcome {
        /// It has what it needs.
        case isFed
        /// There is room, but nothing to write.
        case isStarved
        /// The last frame has sounded.
        case isFinished(ClipFeed.End)
    }

    private mutating func step(_ limit: SilenceLimit?) throws(SoundDeviceError) -> Ending? {
        guard let device else { return Ending(how: .deviceFailed, reason: "no device") }
        let outcome = try feedDevice(device, limit)
        if !isStarted, device.isRunning {
            isStarted = true
            state.started(at: BootClock.now())
        }
        switch outcome {
        case .isFinished(let end):
            // A failure here is none of the clip: all of it has sounded.
            _ = try? device.drop()
            switch end {
            case .complete: return Ending(how: .finished)
            case .failed(let problem): return Ending(how: .fileFailed, reason: "\(problem)")
            }
        case .isFed:
            state.update { $0.activity = .playing }
            device.wait(or: state.deviceWake.descriptor, milliseconds: timeout(limit))
        case .isStarved:
            state.update { $0.activity = .waitingForDecoder }
            waitForLimit(atMost: Self.starvedMilliseconds, limit)
        }
        state.deviceWake.clear()
        return nil
    }

    /// Counts what has sounded and fills the device.
    private mutating func feedDevice(
        _ device: SoundDevice,
        _ limit: SilenceLimit?
    ) throws(SoundDeviceError) -> Outcome {
        while true {
            let room = try device.room()
            let delay = device.delay(room: room)
            let now = BootClock.now()
            count(delay: delay, at: now)
            if piece.count < room * format.channels { piece = silentFrames(room) }
            let (frames, end) = feed.peek(room, into: &piece)
            if let end, frames == 0 {
                if ledger.isDrained { return .isFinished(end) }
                // Silence behind the clip, so that its last frames are played and not given up as an underrun.
                let written = try device.write(silentFrames(room), frames: room)
                ledger.wrotePadding(written)
                try startIfFilled(device)
                return .isFed
            }
            guard room > 0 else {
                try startIfFilled(device)
                return .isFed
            }
            guard frames > 0 else { return .isStarved }
            if let limit {
                let first = now + .nanoseconds(Int64(delay) * 1_000_000_000 / Int64(format.rate))
                Fade(limit).apply(
                    to: &piece,
                    count: frames,
                    channels: format.channels,
                    rate: format.rate,
                    first: first
                )
            }
            let written = try device.write(piece, frames: frames)
            guard written > 0 else { return .isFed }
            feed.drop(written)
            ledger.wrote(written)
        }
    }

    /// The device starts by itself when its buffer is full, rounded down to whole periods; nothing more fits now.
    private func startIfFilled(_ device: SoundDevice) throws(SoundDeviceError) {
        if device.isPrepared { try device.start() }
    }

    private mutating func count(delay: Int, at now: Instant) {
        let before = ledger.heard
        ledger.observe(delay: delay)
        guard ledger.heard > before else { return }
        reopening.works(at: now)
        tellProgress(at: now)
    }

    private func tellProgress(at now: Instant) {
        let heard = ledger.heard
        state.update { $0.advance(to: heard, at: now) }
    }

    /// The limit has come.
    private mutating func silence(_ limit: SilenceLimit) -> Ending {
        if let device {
            // An error means that there is nothing to count any more, or nothing that could sound.
            if let room = try? device.room() { count(delay: device.delay(room: room), at: BootClock.now()) }
            _ = try? device.drop()
        }
        return limit.ending
    }

    /// Prepares the device again, or opens it again until the limit or until its time is over.
    private mutating func recover(from error: SoundDeviceError) -> Ending? {
        var failure = error
        if failure.wantsPreparation, let device {
            do {
                try device.prepare()
                if error.isUnderrun { ledger.ranDry() } else { ledger.lostDevice() }
                tellProgress(at: BootClock.now())
                return nil
            } catch {
                // A server that was killed says EPIPE too, as if the device had run dry.
                failure = error
            }
        }
        ledger.lostDevice()
        device = nil
        while true {
            let reason = "\(failure)"
            state.update { $0.activity = .reopening(reason: reason) }
            guard let due = reopening.failed(at: BootClock.now()) else {
                return Ending(how: .deviceFailed, reason: reason)
            }
            if let limit = pause(until: due) { return silence(limit) }
            do {
                device = try openDevice()
                return nil
            } catch {
                failure = error
            }
        }
    }

    /// - Returns: the limit if it came first.
    private func pause(until due: Instant) -> SilenceLimit? {
        while true {
            let limit = state.limit
            let now = BootClock.now()
            if let limit, now >= limit.at { return limit }
            if now >= due { return nil }
            waitForLimit(atMost: BootClock.pollTimeout(from: now, until: due), limit)
            state.deviceWake.clear()
        }
    }

    private func openDevice() throws(SoundDeviceError) -> SoundDevice {
        try SoundDevice(name: name, rate: format.rate, channels: format.channels)
    }

    private func waitForLimit(atMost milliseconds: CInt, _ limit: SilenceLimit?) {
        var watched = pollfd(fd: state.deviceWake.descriptor, events: Int16(POLLIN), revents: 0)
        let untilLimit = timeout(limit)
        poll(&watched, 1, untilLimit < 0 ? milliseconds : min(milliseconds, untilLimit))
    }

    /// Milliseconds to the limit for poll(2); −1 without one.
    private func timeout(_ limit: SilenceLimit?) -> CInt {
        BootClock.pollTimeout(from: BootClock.now(), until: limit?.at)
    }

    private func silentFrames(_ count: Int) -> [Float] {
        [Float](repeating: 0, count: count * format.channels)
    }
}
