import Foundation
import PatrolCore
import Testing

@Suite(
    "The player on a real sound server",
    .enabled(if: Surroundings.programs != nil && SoundCard.isInstalled, SoundCard.notInstalled)
)
struct PlayerTests {
    /// Every combination of rate and format comes up two and a half times.
    static let trials = 50

    @Test("A deadline in the middle of a clip: the last sound comes 0 to 15 ms before it, never after")
    func deadlines() async throws {
        var dice = SplitMix64(seed: RunSeed.next(for: "deadlines of the player"))
        let card = try await SoundCard()
        var trials: [DeadlineTrial] = []
        let combinations = TestClip.Format.allCases.flatMap { format in TestClip.rates.map { (format, $0) } }
        var late = 0
        while trials.count < Self.trials {
            let (format, rate) = combinations[trials.count % combinations.count]
            // On a busy machine a deadline may come before the first sound: silence, which proves nothing here.
            guard let trial = try await DeadlineTrial.run(format, rate, on: card, using: &dice) else {
                late += 1
                try #require(late <= Self.trials / 5, "too busy a machine to hear anything")
                continue
            }
            trials.append(trial)
        }
        if late > 0 { print("\(late) more trials were over before their first sound") }
        try await card.catchUp()
        let recording = try card.recording()
        print("the recorder's reads lie \(recording.scatter.low) to \(recording.scatter.high) ms around their median")
        print(DeadlineTrial.head)
        var margins: [Double] = []
        for trial in trials {
            let margin = try #require(trial.margin(in: recording), "nothing sounded: \(trial.row(margin: .nan))")
            print(trial.row(margin: margin))
            #expect((0...15).contains(margin), "\(trial.row(margin: margin))")
            #expect(trial.ended.how == "deadline")
            margins.append(margin)
            let heard = Double(trial.ended.frames_played) / Double(trial.rate) * 1000
            let sounded = try #require(trial.sounded(in: recording))
            #expect(abs(heard - sounded) < 40, "reported \(heard) ms, recorded \(sounded) ms")
        }
        print("last sound before the deadline, ms: \(Spread(margins))")
    }
}

/// One clip that is cut by its deadline.
struct DeadlineTrial {
    let format: TestClip.Format
    let rate: Int
    let sound: TestClip.Sound
    let deadline: Instant
    let started: PlayerProcess.Started
    let ended: PlayerProcess.Ended

    /// A random clip, and a random deadline well inside it.
    /// - Returns: `nil` if the deadline came before the first sound.
    static func run(
        _ format: TestClip.Format,
        _ rate: Int,
        on card: SoundCard,
        using dice: inout SplitMix64
    ) async throws -> DeadlineTrial? {
        let sound = TestClip.Sound.allCases.randomElement(using: &dice) ?? .tone
        let seconds = Double.random(in: 1.5...3, using: &dice)
        let clip = TestClip(
            format: format,
            rate: rate,
            sound: sound,
            channels: Int.random(in: 1...2, using: &dice),
            seconds: seconds
        )
        let path = card.folder.path("trial.\(format.rawValue)")
        try clip.write(to: path, using: &dice)
        let deadline = bootTime() + .milliseconds(Int64.random(in: 300...1000, using: &dice))
        let player = try PlayerProcess(
            ["--device", SoundCard.device, "--deadline", "\(deadline.nanosecondsSinceBoot)", path],
            environment: card.environment
        )
        let (ended, code, _) = try await player.awaitEnd(within: 5)
        if let ended, player.started == nil, code == 0, ended.how == "deadline", ended.frames_played == 0 { return nil }
        guard let ended, let started = player.started, code == 0 else {
            throw Failure("code \(code): \(player.output)")
        }
        // Real silence between two trials, so that each is a run of its own.
        try await Task.sleep(for: .milliseconds(150))
        return DeadlineTrial(
            format: format,
            rate: rate,
            sound: sound,
            deadline: deadline,
            started: started,
            ended: ended
        )
    }

    private func lastSound(in recording: Recording) -> Instant? {
        recording.lastSound(from: started.at - .milliseconds(50), to: deadline + .milliseconds(150))
    }

    /// How long before the deadline the last sound came, in milliseconds.
    func margin(in recording: Recording) -> Double? {
        lastSound(in: recording).map { (deadline - $0).inSeconds * 1000 }
    }

    /// How long it sounded, in milliseconds.
    func sounded(in recording: Recording) -> Double? {
        let runs = recording.runs(from: started.at - .milliseconds(50), to: deadline + .milliseconds(150))
        guard let first = runs.first, let last = runs.last else { return nil }
        return (last.end - first.begin).inSeconds * 1000
    }

    static let head = "format  rate   sound  played/ms  last sound before the deadline/ms"

    func row(margin: Double) -> String {
        let played = Double(ended.frames_played) / Double(rate) * 1000
        return "\(format.rawValue)  \(rate)  \(sound)  \(Int(played))  \((margin * 100).rounded() / 100)"
    }
}
