/// Counts the frames of the clip: how many went to the device, and how many have sounded.
///
/// "played = written − delay" holds from one preparation of the device to the next; what came before is kept in a sum.
/// Silence is written behind the clip, so that the device does not run dry before its last frame has sounded.
struct FrameLedger: Hashable, Sendable {
    private var earlier: Int64 = 0
    private var written: Int64 = 0
    private var padding: Int64 = 0
    private var heardSinceStart: Int64 = 0

    /// Frames of the clip that have sounded.
    var heard: Int64 { earlier + heardSinceStart }

    /// Whether every frame that was written has sounded.
    var isDrained: Bool { heardSinceStart == written }

    /// Frames of the clip were written.
    mutating func wrote(_ frames: Int) { written += Int64(frames) }

    /// Frames of silence behind the clip were written.
    mutating func wrotePadding(_ frames: Int) { padding += Int64(frames) }

    /// The device said how many frames lie between what is written next and what sounds now; negative during an
    /// underrun (snd_pcm_delay).
    mutating func observe(delay: Int) {
        let sounded = written + padding - Int64(max(0, delay))
        heardSinceStart = max(heardSinceStart, min(written, sounded))
    }

    /// The device ran dry: everything that was written has sounded.
    mutating func ranDry() {
        heardSinceStart = written
        startAnew()
    }

    /// The device is lost, and with it what it had not played.
    mutating func lostDevice() { startAnew() }

    private mutating func startAnew() {
        earlier = heard
        written = 0
        padding = 0
        heardSinceStart = 0
    }
}
