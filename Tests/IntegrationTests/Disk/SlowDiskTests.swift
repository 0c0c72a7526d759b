import Foundation
import Glibc
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

/// Each sync of the journal lasts for seconds, as on a worn SD card. `make torture` tries what `make test` has no time for.
@Suite("A disk that is slow", .enabled(if: BadDisk.isPossible, BadDisk.notPossible))
struct SlowDiskTests {
    private static let isTorture = ProcessInfo.processInfo.environment["PATROLD_TORTURE"] != nil
    static let durations = isTorture ? [5, 20] : [20]
    /// The limit of a stop, and what a busy machine takes besides.
    private static let stopLimit = Duration.seconds(10)
    private static let watchSeconds: Int = isTorture ? 20 : 8
    private static let everyFix = "moving_interval = \"0s\"\nparked_interval = \"0s\""

    private func cart(upload: String? = nil) async throws -> (Chain, BadDisk) {
        let chain = try Chain()
        try chain.configure(position: Self.everyFix, upload: upload)
        let disk = try BadDisk(of: chain)
        try await chain.startReceiver(["route", Chain.route])
        try await chain.startPatrold(environment: disk.environment)
        try await eventually("some positions are durable", within: 30) {
            try await chain.status().journal.positions >= 3
        }
        return (chain, disk)
    }

    @Test(
        "Fixes, status, orders, the programme, quiet hours and the light go on; nothing that was kept is lost",
        .enabled(if: VoiceChain.isPossible, SoundCard.notInstalled),
        arguments: durations
    )
    func everythingElse(seconds: Int) async throws {
        let voice = try await VoiceChain()
        let chain = voice.chain
        let light = try LightFolder(in: chain.folder)
        let quietBegin = Date(timeIntervalSinceNow: Self.isTorture ? 45 : 17)
        try voice.makeTone("tone.wav", seconds: 1)
        try voice.configure(
            quiet: VoiceChain.quiet("soon", from: quietBegin, seconds: 3600),
            tables: """
                [[programme]]
                name = "patrol"
                clips = ["tone.wav"]
                gap = "1s"
                only_on_duty = false

                """ + light.table
        )
        let disk = try BadDisk(of: chain)
        try await voice.start(environment: disk.environment)
        try await voice.awaitTrust()
        #expect(quietBegin.timeIntervalSinceNow > 5, "this machine is too slow for this test's plan")
        try disk.setSyncs(seconds: seconds)
        let faultBegin = bootTime()
        let cart = chain.cart

        async let watched = cart.askForStatus(seconds: Double(Self.watchSeconds))
        try await voice.awaitSound(since: faultBegin, within: 8)
        async let duty = cart.startDuty()
        try await eventually("the light blinks", within: 2) { try light.state().contents["trigger"] == "timer" }
        async let first = cart.mark("first")
        var answers = [try await first, try await duty]
        answers.append(try await chain.cart.mark("second"))
        let (longest, fixes) = try await watched
        try await Task.sleep(for: .seconds(max(0, quietBegin.timeIntervalSinceNow) + 1))
        let quiet = bootTime()
        answers.append(try await chain.cart.mute())
        try await voice.settle()
        print(
            "syncs of \(seconds) s: status within \(longest), \(fixes) fixes in \(Self.watchSeconds) s, orders \(answers)"
        )
        #expect(try voice.lastSound(since: quiet) == nil)
        #expect(longest <= .milliseconds(500))
        #expect(fixes >= Self.watchSeconds - 2)
        for answer in answers { #expect(answer.took <= OrderAnswer.limit && answer.kind != .notTaken, "\(answer)") }

        try disk.heal()
        try await chain.awaitGoodJournal(within: 10)
        chain.patrold?.kill()
        try await voice.start()
        #expect(try await chain.markTexts() == ["first", "second"])
        let status = try await chain.status()
        #expect(status.duty.kind == "visit" && status.announcements?.muted != nil)
    }

    @Test(
        "No position is lost in half a minute of it",
        .enabled(if: isTorture, "PATROLD_TORTURE is not set"),
        arguments: durations
    )
    func positions(seconds: Int) async throws {
        let (chain, disk) = try await cart()
        try disk.setSyncs(seconds: seconds)
        let (longest, fixes) = try await chain.cart.askForStatus(seconds: 25)
        try disk.heal()
        let accepted = try await chain.status().gps.accepted
        try await chain.awaitGoodJournal(within: 10)
        chain.patrold?.kill()
        try await chain.startPatrold()
        let kept = try await chain.positions()
        print("syncs of \(seconds) s: \(fixes) fixes in 25 s, status within \(longest), \(kept.count) positions kept")
        #expect(fixes >= 22 && longest <= .milliseconds(500))
        #expect(kept.count >= Int(accepted))
        #expect(kept.map(\.sequence) == (0..<kept.count).map { Int64($0 + 1) })
    }

    @Test("Health tells while it is so, and no longer", arguments: durations)
    func health(seconds: Int) async throws {
        let (chain, disk) = try await cart()
        #expect(try await chain.health("journal").state == .ok)
        try disk.setSyncs(seconds: seconds)
        try await eventually("health tells", within: 10) { try await chain.health("journal").state == .degraded }
        print("syncs of \(seconds) s: \(try await chain.health("journal").message)")
        try disk.heal()
        try await eventually("health is well again", within: 10) { try await chain.health("journal").state == .ok }
    }

    @Test("SIGTERM keeps its limit, and the log tells what is lost", arguments: durations)
    func stop(seconds: Int) async throws {
        let (chain, disk) = try await cart()
        #expect(try await chain.cart.mark("before").kind == .done)
        try disk.setSyncs(seconds: seconds)
        let mark = try await chain.cart.mark("meanwhile")
        let begin = ContinuousClock.now
        let code = try await chain.patrold?.stop(within: 60)
        let took = ContinuousClock.now - begin
        print("syncs of \(seconds) s: stop after \(took) with \(code ?? -1), a mark \(mark)")
        #expect(took <= Self.stopLimit)
        if seconds == 20 {
            #expect(code == 1)
            let log = try #require(chain.patrold).log
            #expect(log.contains("stopped before the disk had taken everything"), "\(log.suffix(600))")
        }
        try await chain.startPatrold()
        let there = try await chain.markTexts()
        #expect(there.contains("before") && (mark.kind != .done || there.contains("meanwhile")))
    }

    @Test("What was durable before is at the station soon", arguments: durations)
    func uploads(seconds: Int) async throws {
        let (chain, disk) = try await cart(upload: "")
        for number in 1...5 { #expect(try await chain.cart.mark("\(number)").kind == .done) }
        let durable = try await chain.status().journal
        try disk.setSyncs(seconds: seconds)
        // The disk hangs already when the station comes.
        _ = try await chain.cart.mark("late")
        try await chain.startCollector()
        let begin = ContinuousClock.now
        // The cart's next attempt is some seconds away: it has met nobody so far.
        try await eventually("the station has what was durable", within: 15) {
            guard let journal = try await chain.stationVehicleIfKnown()?.journals.first else { return false }
            return journal.events.last >= durable.events && journal.positions.last >= durable.positions
        }
        print("syncs of \(seconds) s: at the station after \(ContinuousClock.now - begin)")
    }
}
