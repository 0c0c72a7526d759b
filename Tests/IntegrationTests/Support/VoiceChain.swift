import Foundation
import Glibc
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

/// A chain with a loudspeaker on a sound card of its own, and what a test asks of it.
final class VoiceChain {
    static var isPossible: Bool { Surroundings.hasPrograms && SoundCard.isInstalled }

    let chain: Chain
    let card: SoundCard
    /// The folder of the clips.
    let clips: String
    private var dice = SplitMix64(seed: 3)

    /// Takes some 4 s, as the sound card does.
    init() async throws {
        chain = try Chain()
        card = try await SoundCard()
        clips = chain.folder.path("clips")
        try FileManager.default.createDirectory(atPath: clips, withIntermediateDirectories: false)
    }

    // MARK: - The cart

    /// Writes the configuration; the cart's civil zone is that of Shanghai, UTC+8 all the year.
    /// - Parameters:
    ///   - quiet: the `[[quiet]]` tables; far from now unless a test is about them.
    ///   - loudspeaker: more lines of `[loudspeaker]`.
    ///   - tables: others: `[[programme]]`, `[zones]`, `[light]`.
    ///   - player: the program, if it is another than ours.
    func configure(
        quiet: String? = nil,
        loudspeaker: String = "",
        tables: String = "",
        player: String? = nil
    ) throws {
        try chain.configure(upload: nil)
        let path = chain.folder.path("patrold.toml")
        let base = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        let programs = try #require(Surroundings.programs)
        let far = Self.quiet("far", from: Date(timeIntervalSinceNow: 36_000), seconds: 3600)
        let text = """
            time_zone = "Asia/Shanghai"
            \(base)
            [loudspeaker]
            device = "\(SoundCard.device)"
            clips = "\(clips)"
            player = "\(player ?? programs + "/patrol-player")"
            # Tests run at any time of the day.
            default_night = false
            \(loudspeaker)

            """
        _ = try chain.folder.write("patrold.toml", text + (quiet ?? far) + tables)
    }

    /// A `[[quiet]]` table of one window.
    static func quiet(_ name: String, from begin: Date, seconds: Int) -> String {
        """
        [[quiet]]
        name = "\(name)"
        from = "\(timeOfDay(begin))"
        to = "\(timeOfDay(begin.addingTimeInterval(Double(seconds))))"


        """
    }

    private static func timeOfDay(_ date: Date) -> String {
        let seconds = (Int(date.timeIntervalSince1970) + 8 * 3600) % 86_400
        let digits = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { ($0 < 10 ? "0" : "") + "\($0)" }
        return digits.joined(separator: ":")
    }

    /// Starts the daemon with the card in its environment.
    /// - Parameter environment: besides.
    func start(environment: [String: String] = [:]) async throws {
        let patrold = try Program(
            "patrold",
            ["run", chain.folder.path("patrold.toml")],
            log: chain.folder.path("patrold.log"),
            environment: card.environment.merging(environment) { $1 }
        )
        chain.patrold = patrold
        try await eventually("patrold answers and knows its clips", within: 20) {
            guard patrold.isRunning else { throw Failure("patrold ended: \(patrold.log)") }
            // Nobody listens yet at first.
            guard let report = try? await get(ClipsReport.self, .clips) else { return false }
            return report.state != "checking"
        }
    }

    /// Starts a simulated receiver, if it does not run yet, and waits until the clock is trusted, and that is on record: the
    /// status says at once what the disk takes a moment for.
    func awaitTrust() async throws {
        if chain.gpsd == nil { try await chain.startReceiver(["route", Chain.route]) }
        try await eventually("the clock is trusted", within: 20) {
            guard try await get(StatusReport.self, .status).clock.trusted else { return false }
            return try await !events("clock.trusted").isEmpty
        }
    }

    /// Makes a clip in the folder; a daemon that runs knows it some 2 s later.
    func makeClip(_ name: String, _ clip: TestClip) throws {
        // First beside the folder, then in one step: the daemon never sees half a clip.
        let path = chain.folder.path("new-\(name)")
        try clip.write(to: path, using: &dice)
        guard rename(path, clips + "/" + name) == 0 else { throw Failure("\(name): not renamed") }
    }

    /// Makes a clip that is played in place of the one of this name; see ``forger()``.
    func makeOutlastingClip(_ name: String, _ clip: TestClip) throws {
        try FileManager.default.createDirectory(atPath: chain.folder.path("long"), withIntermediateDirectories: true)
        try clip.write(to: chain.folder.path("long/\(name)"), using: &dice)
    }

    /// A player that plays another file than it was told to: so a clip outlasts what was known of it.
    func forger() async throws -> String {
        let programs = try #require(Surroundings.programs)
        let source = try chain.folder.write(
            "forger.source",
            """
            #!/bin/bash
            words=("$@")
            long=\(chain.folder.path("long"))/$(basename "${words[-1]}")
            if [ "$1" = play ] && [ -e "$long" ]; then words[-1]=$long; fi
            exec \(programs)/patrol-player "${words[@]}"
            """
        )
        let forger = chain.folder.path("forger")
        try await install(source, as: forger)
        return forger
    }

    /// A tone of so many seconds as WAV.
    func makeTone(_ name: String, seconds: Double) throws {
        try makeClip(name, TestClip(format: .wav, rate: 16_000, sound: .tone, seconds: seconds))
    }

    // MARK: - The socket

    func get<Report: Decodable & Sendable>(_ type: Report.Type, _ path: APIPath) async throws -> Report {
        try await ControlClient.with(socketPath: chain.socket) { try await $0.get(type, path) }
    }

    func announcements() async throws -> AnnouncementsReport {
        try await get(AnnouncementsReport.self, .announcements)
    }

    /// - Returns: `accepted`, `queued`, or the code of the refusal.
    func say(_ clip: String, priority: String? = nil, reason: String? = nil) async throws -> String {
        let command = SayCommand(clip: clip, priority: priority, reason: reason)
        do {
            return try await ControlClient.with(socketPath: chain.socket) { client in
                try await client.order(SayAnswer.self, .announcements, command).result
            }
        } catch ControlClient.Failure.refused(let refusal) {
            return refusal.word
        }
    }

    /// The events so far, in order, of all runs.
    func events(_ kinds: String...) async throws -> [EventJSON] {
        let kinds = kinds.isEmpty ? nil : kinds.joined(separator: ",")
        let page = try await ControlClient.with(socketPath: chain.socket) { client in
            try await client.get(RecordPage.self, .records, query: [("lane", "events"), ("kind", kinds)])
        }
        return page.events ?? []
    }

    /// Waits for an event that was not there before.
    @discardableResult
    func awaitEvent(
        _ kind: String,
        within seconds: Double,
        where condition: (EventJSON) -> Bool = { _ in true }
    ) async throws -> EventJSON {
        var found: EventJSON?
        try await eventually("an event \(kind)", within: seconds) {
            found = try await events(kind).last(where: condition)
            return found != nil
        }
        return try #require(found)
    }

    func health(_ name: String) async throws -> HealthReport.Check? {
        try await get(HealthReport.self, .health).checks.first { $0.name == name }
    }

    // MARK: - What sounds

    /// The last sound since an instant; `nil` for silence.
    func lastSound(since begin: Instant) throws -> Instant? {
        try card.recording().lastSound(from: begin, to: bootTime())
    }

    /// Waits until something sounds.
    func awaitSound(since begin: Instant, within seconds: Double) async throws {
        try await eventually("something sounds", within: seconds) { try lastSound(since: begin) != nil }
    }

    /// See ``SoundCard/catchUp()``.
    func settle() async throws {
        try await card.catchUp()
    }

    /// The player that runs now, or ran and was not looked at by its parent.
    func player() throws -> RunningPlayer? {
        let parent = try #require(chain.patrold).processID
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
            guard let id = Int32(name), let player = RunningPlayer(id, below: parent) else { continue }
            return player
        }
        return nil
    }

    /// Waits for a player that plays a clip.
    func awaitPlayer(of clip: String, within seconds: Double = 5) async throws -> RunningPlayer {
        var found: RunningPlayer?
        try await eventually("a player of \(clip)", within: seconds) {
            found = try player().flatMap { $0.arguments.last?.hasSuffix("/\(clip)") == true ? $0 : nil }
            return found != nil
        }
        return try #require(found)
    }
}

/// A `patrol-player` as proc(5) shows it.
struct RunningPlayer: Sendable {
    let processID: Int32
    let arguments: [String]

    /// - Returns: `nil` if the process is none, or has ended.
    init?(_ id: Int32, below parent: Int32) {
        // "pid (comm) state ppid …"; the process may end while it is looked at.
        guard let stat = try? String(contentsOf: URL(filePath: "/proc/\(id)/stat"), encoding: .utf8),
            stat.contains("(patrol-player)"),
            let fields = stat.split(separator: ")").last?.split(separator: " "), fields.count > 1,
            fields[0] != "Z", Int32(fields[1]) == parent,
            let line = try? Data(contentsOf: URL(filePath: "/proc/\(id)/cmdline"))
        else { return nil }
        processID = id
        arguments = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        // Between fork and exec it is still its parent.
        guard arguments.count > 1, arguments[1] == "play" else { return nil }
    }

    /// The deadline that it was started with.
    var deadline: Instant? {
        guard let index = arguments.firstIndex(of: "--deadline"), index + 1 < arguments.count else { return nil }
        return Int64(arguments[index + 1]).map { Instant(nanosecondsSinceBoot: $0) }
    }

    /// Whether it has ended; its parent may still have to look at it.
    var isGone: Bool {
        guard let stat = try? String(contentsOf: URL(filePath: "/proc/\(processID)/stat"), encoding: .utf8) else {
            return true
        }
        return stat.contains(") Z ")
    }

    /// Waits for its end.
    /// - Returns: when that was seen, to within 2 ms.
    func awaitEnd(within seconds: Double) async throws -> Instant {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while !isGone {
            guard ContinuousClock.now < deadline else { throw Failure("not within \(seconds) s: the player is gone") }
            try await Task.sleep(for: .milliseconds(2))
        }
        return bootTime()
    }
}

extension EventJSON {
    /// When it happened, to the millisecond.
    var at: Instant { Instant(nanosecondsSinceBoot: Int64((bootTimeSeconds * 1000).rounded()) * 1_000_000) }

    /// A detail as text; "" if it is not there.
    func text(_ key: String) -> String { details[key]?.value.text ?? "" }

    /// A detail as a whole number.
    func integer(_ key: String) -> Int64? {
        if case .integer(let value)? = details[key]?.value { value } else { nil }
    }
}
