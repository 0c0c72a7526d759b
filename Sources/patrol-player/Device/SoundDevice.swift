import CALSA
import Glibc

/// An error of alsa-lib: the call, and what snd_strerror(3) says.
struct SoundDeviceError: Error, Hashable, Sendable, CustomStringConvertible {
    let call: String
    let code: CInt

    var description: String { "\(call): \(String(cString: snd_strerror(code)))" }

    /// The device ran dry.
    var isUnderrun: Bool { code == -EPIPE }

    /// The device ran dry, or the machine slept: it wants to be prepared again (snd_pcm_writei).
    var wantsPreparation: Bool { isUnderrun || code == -ESTRPIPE }
}

/// A playback device of ALSA, opened without blocking, for interleaved floating-point frames. It belongs to one thread:
/// drop and drain from two threads hang (alsa-lib issue 457).
final class SoundDevice {
    /// What the device may hold: long enough for a busy machine, short enough that a dead player is silent at once.
    static let bufferMicroseconds: UInt32 = 100_000

    /// Frames that the device's buffer holds.
    let bufferFrames: Int
    private let handle: OpaquePointer
    private let descriptorCount: Int

    init(name: String, rate: Int, channels: Int) throws(SoundDeviceError) {
        var handle: OpaquePointer?
        try Self.check("open \(name)", snd_pcm_open(&handle, name, SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK))
        guard let handle else { throw SoundDeviceError(call: "open \(name)", code: -ENODEV) }
        do {
            let result = snd_pcm_set_params(
                handle,
                SND_PCM_FORMAT_FLOAT_LE,
                SND_PCM_ACCESS_RW_INTERLEAVED,
                UInt32(channels),
                UInt32(rate),
                1,
                Self.bufferMicroseconds
            )
            try Self.check("set \(name) to \(rate) frames per second on \(channels) channels", result)
            var buffer: snd_pcm_uframes_t = 0
            var period: snd_pcm_uframes_t = 0
            try Self.check("read the buffer of \(name)", snd_pcm_get_params(handle, &buffer, &period))
            bufferFrames = Int(buffer)
            descriptorCount = Int(snd_pcm_poll_descriptors_count(handle))
        } catch {
            snd_pcm_close(handle)
            throw error
        }
        self.handle = handle
    }

    deinit {
        snd_pcm_close(handle)
    }

    /// Whether it plays.
    var isRunning: Bool { snd_pcm_state(handle) == SND_PCM_STATE_RUNNING }

    /// Whether it has frames and waits for the start.
    var isPrepared: Bool { snd_pcm_state(handle) == SND_PCM_STATE_PREPARED }

    /// How many frames can be written now.
    func room() throws(SoundDeviceError) -> Int {
        try Self.check("room", snd_pcm_avail_update(handle))
    }

    /// How many frames lie between one that is written now and what sounds now.
    ///
    /// While the device does not run, and where it cannot tell, that is what its buffer holds: the plugin for PulseAudio
    /// says EIO until the server has told it the first latency, and nothing is wrong then.
    /// - Parameter room: what ``room()`` said just before.
    func delay(room: Int) -> Int {
        var frames: snd_pcm_sframes_t = 0
        guard isRunning, snd_pcm_delay(handle, &frames) >= 0 else { return bufferFrames - room }
        return frames
    }

    /// Writes interleaved frames, as far as there is room.
    /// - Returns: how many it took.
    func write(_ samples: [Float], frames: Int) throws(SoundDeviceError) -> Int {
        guard frames > 0 else { return 0 }
        let result = samples.withUnsafeBufferPointer {
            snd_pcm_writei(handle, $0.baseAddress, snd_pcm_uframes_t(frames))
        }
        return result == -Int(EAGAIN) ? 0 : try Self.check("write", result)
    }

    /// Starts with less than a full buffer.
    func start() throws(SoundDeviceError) {
        try Self.check("start", snd_pcm_start(handle))
    }

    /// Makes it ready after an underrun. Not snd_pcm_recover, which waits in steps of a second after a sleep.
    func prepare() throws(SoundDeviceError) {
        try Self.check("prepare", snd_pcm_prepare(handle))
    }

    /// Throws away what it holds: silence.
    func drop() throws(SoundDeviceError) {
        try Self.check("drop", snd_pcm_drop(handle))
    }

    /// Waits for room, for another descriptor, or until a timeout in milliseconds.
    func wait(or other: CInt, milliseconds: CInt) {
        var watched = [pollfd](repeating: pollfd(), count: descriptorCount)
        snd_pcm_poll_descriptors(handle, &watched, UInt32(descriptorCount))
        watched.append(pollfd(fd: other, events: Int16(POLLIN), revents: 0))
        // An error can only be EINTR here; the caller looks at everything again.
        poll(&watched, nfds_t(watched.count), milliseconds)
        // A plugin clears its descriptor only when it is asked what the event meant (snd_pcm_poll_descriptors_revents).
        var events: UInt16 = 0
        snd_pcm_poll_descriptors_revents(handle, &watched, UInt32(descriptorCount), &events)
    }

    @discardableResult
    private static func check<Number: BinaryInteger>(
        _ call: String,
        _ result: Number
    ) throws(SoundDeviceError) -> Number {
        guard result >= 0 else { throw SoundDeviceError(call: call, code: CInt(clamping: result)) }
        return result
    }
}
