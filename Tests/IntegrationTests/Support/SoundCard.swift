import Foundation
import Glibc
import PatrolCore
import Testing

/// A sound card without hardware: a PulseAudio server of its own with a null sink, and a recorder of what would sound.
///
/// Everything lives in a folder of its own and ends with the value; nothing of the machine's own sound is touched.
final class SoundCard {
    /// The programs that it needs.
    static let programs = ["/usr/bin/pulseaudio", "/usr/bin/parec", "/usr/bin/pactl"]
    static var isInstalled: Bool { programs.allSatisfy { FileManager.default.isExecutableFile(atPath: $0) } }
    static let notInstalled: Comment = "PATROLD_PROGRAMS is not set, or pulseaudio is not installed: nothing to run"

    /// Frames per second of the sink.
    static let rate = 48_000
    /// The name of the ALSA device, known with ``environment``.
    static let device = "patrol_null"
    private static let sink = "patrol"

    let folder: TemporaryFolder
    private(set) var server: Child?
    private var recorder: SoundRecorder?

    /// Starts the server and the recorder, which takes some 3 s.
    init() async throws {
        folder = try TemporaryFolder()
        _ = try folder.write(
            "server.pa",
            """
            load-module module-native-protocol-unix auth-anonymous=1 socket=\(folder.path("socket"))
            load-module module-null-sink sink_name=\(Self.sink) rate=\(Self.rate) channels=2
            set-default-sink \(Self.sink)
            """
        )
        _ = try folder.write(
            "asound.conf",
            """
            pcm.\(Self.device) { type pulse server "unix:\(folder.path("socket"))" device "\(Self.sink)" }
            ctl.\(Self.device) { type pulse server "unix:\(folder.path("socket"))" }
            """
        )
        try await startServer()
        try await startRecording()
    }

    /// What a program needs to find ``device``.
    var environment: [String: String] {
        ["ALSA_CONFIG_PATH": "/usr/share/alsa/alsa.conf:\(folder.path("asound.conf"))"].merging(ownFolders) { $1 }
    }

    /// PulseAudio's own settings and sockets, out of the user's.
    private var ownFolders: [String: String] {
        var environment: [String: String] = [:]
        for name in ["HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "PULSE_RUNTIME_PATH", "PULSE_STATE_PATH"] {
            environment[name] = folder.path
        }
        environment["PULSE_SERVER"] = "unix:\(folder.path("socket"))"
        return environment
    }

    /// Starts the server, the first time or after it was killed.
    func startServer() async throws {
        // A killed server leaves its socket and its pid file behind.
        for name in ["socket", "pid"] where FileManager.default.fileExists(atPath: folder.path(name)) {
            try FileManager.default.removeItem(atPath: folder.path(name))
        }
        var environment = ownFolders
        // It must not take itself for a client.
        environment["PULSE_SERVER"] = ""
        server = try Child(
            "/usr/bin/pulseaudio",
            [
                // Without the idle time the server ends after 20 s without a client.
                "-n", "-F", folder.path("server.pa"), "--daemonize=no", "--exit-idle-time=-1", "--disable-shm=yes",
                "--use-pid-file=no", "--log-target=stderr",
            ],
            environment: environment,
            output: .file(folder.path("server.log"))
        )
        try await eventually("the sound server answers", within: 10) { try await self.control(["info"]) == 0 }
    }

    /// Starts the recorder, the first time or after the sink or its server went away, and waits until it can be relied on.
    ///
    /// Without it, and in its first seconds, the sink works in blocks of up to 2 s: a clip starts late then, or its frames
    /// stand still for so long that the player gives up.
    func startRecording() async throws {
        let recorder = try SoundRecorder(
            source: "\(Self.sink).monitor",
            environment: ownFolders
        )
        self.recorder = recorder
        try await eventually("the recorder hears", within: 10) { recorder.frames > 3 * Self.rate }
    }

    /// Tells the server something with pactl(1).
    /// - Returns: its exit code.
    @discardableResult
    func control(_ arguments: [String]) async throws -> Int32 {
        let log = folder.path("pactl.log")
        let program = try Child("/usr/bin/pactl", arguments, environment: ownFolders, output: .file(log))
        return try await program.awaitEnd(within: 10).code
    }

    /// Suspends the sink, or lets it go on: no client gets an error from it.
    func suspend(_ isSuspended: Bool) async throws {
        try #require(try await control(["suspend-sink", Self.sink, isSuspended ? "1" : "0"]) == 0)
    }

    /// Takes the sink away, as if its plug were pulled.
    func removeSink() async throws {
        try #require(try await control(["unload-module", "module-null-sink"]) == 0)
    }

    /// Plugs it in again.
    func addSink() async throws {
        let arguments = ["sink_name=\(Self.sink)", "rate=\(Self.rate)", "channels=2"]
        try #require(try await control(["load-module", "module-null-sink"] + arguments) == 0)
    }

    /// How many frames were recorded so far.
    var recordedFrames: Int { recorder?.frames ?? 0 }

    /// Waits until the recorder, which is up to 300 ms behind, has all that sounds up to 300 ms from now: three times what a
    /// device holds when its player ends.
    func catchUp() async throws {
        let end = bootTime() + .milliseconds(300)
        let recorder = try #require(recorder)
        try await eventually("the recorder has it", within: 10) { recorder.heard.map { $0 >= end } ?? false }
    }

    /// Waits until something has sounded for a while, or with pauses as short as a sound card's.
    func awaitSound(lasting duration: Duration, since begin: Instant, within seconds: Double = 10) async throws {
        try await eventually("it sounds for \(duration)", within: seconds) {
            try recording().runs(from: begin, to: bootTime()).contains { $0.duration >= duration }
        }
    }

    /// What was recorded so far; ``catchUp()`` waits for the latest sound.
    func recording() throws -> Recording {
        try #require(recorder).recording()
    }
}

/// parec(1), whose output is kept in memory with the times at which it came.
final class SoundRecorder: @unchecked Sendable {
    private let process: Child
    private let lock = NSLock()
    // Guarded by the lock.
    private var samples: [Float] = []
    private var reads: [(frames: Int, at: Instant)] = []

    init(source: String, environment: [String: String]) throws {
        process = try Child(
            "/usr/bin/parec",
            [
                "--device=\(source)", "--latency-msec=5", "--process-time-msec=5", "--raw", "--format=float32le",
                "--rate=\(SoundCard.rate)", "--channels=2",
            ],
            environment: environment,
            output: .pipe
        )
        // A descriptor of the thread's own, which reads until the end of the recorder.
        let input = fcntl(process.output, F_DUPFD_CLOEXEC, 0)
        Thread.detachNewThread { [weak self] in
            defer { close(input) }
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            var kept = 0
            while true {
                let count = bytes.withUnsafeMutableBytes { buffer in
                    read(input, buffer.baseAddress.map { $0 + kept }, buffer.count - kept)
                }
                let now = bootTime()
                guard count > 0, let self else { return }
                kept = self.take(&bytes, count: kept + count, at: now)
            }
        }
    }

    var frames: Int { lock.withLock { samples.count / 2 } }

    /// Up to when it has heard everything, to within some milliseconds: as its last reads have it, in their median, because
    /// a read that comes late says nothing about its frames.
    var heard: Instant? {
        lock.withLock {
            let starts = reads.suffix(200).map { read in
                read.at.nanosecondsSinceBoot - Int64(read.frames) * 1_000_000_000 / Int64(SoundCard.rate)
            }
            guard !starts.isEmpty else { return nil }
            let start = starts.sorted()[starts.count / 2]
            return Instant(
                nanosecondsSinceBoot: start + Int64(samples.count / 2) * 1_000_000_000 / Int64(SoundCard.rate)
            )
        }
    }

    func recording() -> Recording {
        lock.withLock { Recording(samples: samples, rate: SoundCard.rate, reads: reads) }
    }

    /// - Returns: how many bytes of an unfinished frame are left at the beginning.
    private func take(_ bytes: inout [UInt8], count: Int, at now: Instant) -> Int {
        let whole = count / 8 * 8
        lock.withLock {
            bytes.withUnsafeBytes { buffer in
                for offset in stride(from: 0, to: whole, by: 4) {
                    samples.append(Float(bitPattern: buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
                }
            }
            reads.append((samples.count / 2, now))
        }
        for index in whole..<count { bytes[index - whole] = bytes[index] }
        return count - whole
    }
}

/// The boot clock of this machine, on which the player's deadlines lie.
func bootTime() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Instant(nanosecondsSinceBoot: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
}
