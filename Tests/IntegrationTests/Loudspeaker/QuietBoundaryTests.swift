import Foundation
import Glibc
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

/// Quiet that begins in the middle of a clip, again and again.
@Suite("The begin of quiet, in the daemon", .enabled(if: VoiceChain.isPossible, SoundCard.notInstalled))
struct QuietBoundaryTests {
    /// From the nominal begin of one quiet window of 1 s to that of the next. The daemon widens each by the bound of a
    /// report's delay, 1.5 s, so that 2.5 s are left to sound.
    private static let period = 5

    /// It would not end before any of them, and says so.
    private static let programme = """
        [[programme]]
        name = "long"
        clips = ["long.wav"]
        gap = "1s"
        only_on_duty = false

        """

    @Test("A clip that outlasts what was known of it: silent 0 to 15 ms before the deadline, whoever hangs")
    func deadlines() async throws {
        var dice = SplitMix64(seed: RunSeed.next(for: "boundaries of quiet"))
        let kinds: [BoundaryTrial.Kind] =
            Array(repeating: .undisturbed, count: 4) + Array(repeating: .daemonStopped, count: 3)
            + Array(repeating: .playerStopped, count: 3)
        let voice = try await VoiceChain()
        let clips = try makeClips(kinds.count, voice, using: &dice)
        // Some seconds to start and to trust the clock; windows that have passed by then do no harm.
        let first = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 12).rounded(.up))
        let boundaries = (0..<kinds.count + 4).map { first.addingTimeInterval(Double($0 * Self.period)) }
        let quiet = boundaries.enumerated().map { VoiceChain.quiet("w\($0.offset)", from: $0.element, seconds: 1) }
        try voice.configure(quiet: quiet.joined(), tables: Self.programme, player: await voice.forger())
        try await voice.start()
        try await voice.awaitTrust()

        var trials: [BoundaryTrial] = []
        for (kind, clip) in zip(kinds, clips) {
            trials.append(try await BoundaryTrial.run(kind, clip, voice, boundaries, using: &dice))
        }
        try await expectLongClipIsRefused(voice)
        try await voice.settle()
        let recording = try voice.card.recording()
        print("the recorder's reads lie \(recording.scatter.low) to \(recording.scatter.high) ms around their median")
        print(BoundaryTrial.head)
        for trial in trials { print(trial.row(in: recording)) }
        for trial in trials { trial.expect(in: recording) }
    }

    /// Half a second of anything, and the four seconds that are played in its place.
    private func makeClips(
        _ count: Int,
        _ voice: VoiceChain,
        using dice: inout SplitMix64
    ) throws -> [String] {
        try voice.makeTone("long.wav", seconds: 30)
        return try (0..<count).map { index in
            var clip = TestClip(
                format: TestClip.Format.allCases[index % TestClip.Format.allCases.count],
                rate: TestClip.rates.randomElement(using: &dice) ?? 8000,
                sound: TestClip.Sound.allCases.randomElement(using: &dice) ?? .tone,
                channels: Int.random(in: 1...2, using: &dice),
                seconds: 0.5
            )
            let name = "\(index)-\(clip.rate)-\(clip.sound).\(clip.format.rawValue)"
            try voice.makeClip(name, clip)
            clip.seconds = 4
            try voice.makeOutlastingClip(name, clip)
            return name
        }
    }

    /// A clip that would not end in time is refused to a person and skipped for a programme, each with the reason.
    private func expectLongClipIsRefused(_ voice: VoiceChain) async throws {
        try await BoundaryTrial.awaitOpening(voice)
        #expect(try await voice.say("long.wav") == "would-not-end-before-quiet")
        try await eventually("quiet", within: 5) { try await voice.announcements().quiet.now }
        #expect(try await voice.say("long.wav") == "quiet")
        let skips = try await voice.events("announcement.skipped").filter { $0.text("programme") == "long" }
        let reasons = Set(skips.map { $0.text("because") })
        #expect(reasons.contains("would-not-end-before-quiet"), "\(reasons)")
        #expect(try await voice.events("announcement.started").allSatisfy { $0.text("clip") != "long.wav" })
    }
}

/// One clip that quiet cuts, as the daemon, the player and the recorder have it.
struct BoundaryTrial {
    /// Who is stopped (SIGSTOP) before the deadline.
    enum Kind: String {
        case undisturbed = "nobody"
        case daemonStopped = "daemon"
        case playerStopped = "player"
    }

    let kind: Kind
    let clip: String
    /// The player's, which is the daemon's.
    let deadline: Instant
    /// The configured begin of quiet, by this machine's clock.
    let boundary: Instant
    /// When the player was seen to have ended.
    let gone: Instant
    /// When somebody was stopped, before the deadline.
    let stoppedBefore: Duration
    let event: EventJSON

    /// Waits for a gap between two windows of quiet that has just begun.
    static func awaitOpening(_ voice: VoiceChain) async throws {
        try await eventually("a gap between two windows of quiet", within: 20) {
            let quiet = try await voice.announcements().quiet
            return !quiet.now && (1.7...2.5).contains(quiet.changesInSeconds ?? 0)
        }
    }

    static func run(
        _ kind: Kind,
        _ clip: String,
        _ voice: VoiceChain,
        _ boundaries: [Date],
        using dice: inout SplitMix64
    ) async throws -> BoundaryTrial {
        try await awaitOpening(voice)
        // Real time, as all of this trial: it begins at any moment, and the stop comes so long before the real boundary.
        try await Task.sleep(for: .milliseconds(Int64.random(in: 0...500, using: &dice)))
        #expect(try await voice.say(clip) == "accepted")
        let player = try await voice.awaitPlayer(of: clip)
        let deadline = try await currentDeadline(of: player, voice)
        let patrold = try #require(voice.chain.patrold)
        let ahead = Duration.milliseconds(Int64.random(in: 30...500, using: &dice))
        try await Task.sleep(for: max(.zero, deadline - ahead - bootTime()))
        switch kind {
        case .undisturbed: break
        case .daemonStopped: patrold.send(SIGSTOP)
        case .playerStopped: Glibc.kill(player.processID, SIGSTOP)
        }
        let gone = try await player.awaitEnd(within: 5)
        if case .daemonStopped = kind {
            try await Task.sleep(for: max(.zero, deadline + .milliseconds(400) - bootTime()))
            patrold.send(SIGCONT)
        }
        let event = try await voice.awaitEvent("announcement.cut", within: 3) { $0.text("clip") == clip }
        let now = (date: Date(), instant: bootTime())
        let boundary = try #require(
            boundaries.map { now.instant + .seconds($0.timeIntervalSince(now.date)) }.first { $0 > deadline }
        )
        return BoundaryTrial(
            kind: kind,
            clip: clip,
            deadline: deadline,
            boundary: boundary,
            gone: gone,
            stoppedBefore: ahead,
            event: event
        )
    }

    /// The deadline that the player was started with, unless the daemon has told it another one since.
    private static func currentDeadline(of player: RunningPlayer, _ voice: VoiceChain) async throws -> Instant {
        let own = try #require(player.deadline, "no deadline: \(player.arguments)")
        let before = bootTime()
        let report = try await voice.announcements()
        let after = bootTime()
        guard let seconds = report.playing?.deadlineInSeconds else {
            let events = try await voice.events().suffix(4).map { "\($0.kind) \($0.detailsText)" }
            throw Failure("it plays no longer: \(events), \(report), the clip was to end at \(own), it is \(after)")
        }
        let reported = before + .nanoseconds((after - before).nanoseconds / 2) + .seconds(seconds)
        // The report is as exact as the time that it took; the player's own deadline is exact.
        let tolerance = max(0.02, (after - before).inSeconds / 2)
        return abs((reported - own).inSeconds) <= tolerance ? own : reported
    }

    private func lastSound(in recording: Recording) -> Instant? {
        recording.lastSound(from: deadline - .milliseconds(1900), to: deadline + .milliseconds(1200))
    }

    /// How long before the deadline the last sound came, in milliseconds; `nil` if there was none.
    private func margin(in recording: Recording) -> Double? {
        lastSound(in: recording).map { (deadline - $0).inSeconds * 1000 }
    }

    private var goneAfter: Double { (gone - deadline).inSeconds * 1000 }

    static let head =
        "clip  stopped, ms before the deadline  last sound before the deadline/ms, before the configured time/ms  "
        + "player gone after the deadline/ms  ended"

    func row(in recording: Recording) -> String {
        func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
        let margin = margin(in: recording).map { "\(rounded($0))" } ?? "never"
        let early = lastSound(in: recording).map { "\(rounded((boundary - $0).inSeconds * 1000))" } ?? "never"
        let stop = kind == .undisturbed ? "nobody" : "\(kind.rawValue) \(stoppedBefore.milliseconds)"
        return "\(clip)  \(stop)  \(margin)  \(early)  \(rounded(goneAfter))  \(event.text("ended"))"
    }

    func expect(in recording: Recording) {
        let row = Comment(rawValue: row(in: recording))
        guard let margin = margin(in: recording), let last = lastSound(in: recording) else {
            Issue.record("nothing sounded: \(row)")
            return
        }
        #expect(last < boundary, row)
        // The player's word and the daemon's own order, a millisecond later, tell the same.
        #expect(["deadline", "quiet"].contains(event.text("cut_by")), row)
        switch kind {
        case .undisturbed, .daemonStopped:
            #expect((0...15).contains(margin), row)
            #expect(event.text("ended") == "deadline", row)
            // The player leaves by itself, before anybody would kill it.
            #expect((0..<100).contains(goneAfter), row)
        case .playerStopped:
            #expect(margin >= 0, row)
            #expect(event.text("ended") == "killed", row)
            #expect((100...150).contains(goneAfter), row)
        }
    }
}
