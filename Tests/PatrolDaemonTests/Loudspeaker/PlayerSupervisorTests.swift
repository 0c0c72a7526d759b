import Foundation
import PatrolCore
import PatrolSystem
import PatrolVehicle
import Testing

@testable import PatrolDaemon

@Suite("The player's supervisor with real players")
struct PlayerSupervisorTests {
    /// How a partner misbehaves, and what the cart is told of it.
    struct Partner: Sendable, CustomTestStringConvertible {
        var clip: String
        var how: PlayEnd.How
        var isStarted = true
        var words: String?
        var testDescription: String { clip }
    }

    private static let partners = [
        Partner(clip: "finish.wav", how: .finished),
        Partner(clip: "garbage.wav", how: .killed, words: "not a line of its protocol: ALSA says hello"),
        Partner(clip: "crash.wav", how: .killed, words: "Fatal error: index out of range"),
        Partner(clip: "silent.wav", how: .killed, isStarted: false, words: "exited with 0 without a last line"),
        Partner(clip: "no-file.wav", how: .fileFailed, isStarted: false, words: "no such file"),
        Partner(clip: "no-device.wav", how: .deviceFailed, isStarted: false, words: "exited with 3"),
        Partner(clip: "contradiction.wav", how: .deviceFailed, isStarted: false, words: "it said finished, then"),
        Partner(clip: "twice.wav", how: .finished, isStarted: false, words: "a line after its last one"),
    ]

    @Test("Whatever the player does, one end is told, with its reason", arguments: partners)
    func partner(_ partner: Partner) async throws {
        let rig = try PlayerRig([partner.clip])
        try rig.players.begin()
        try await rig.withLibrary {
            _ = try await rig.inbox.findings()
            let order = try await rig.order(7, partner.clip)
            rig.players.start(order)
            if partner.isStarted {
                try await rig.inbox.next("it does not start") {
                    if case .playStarted(order.id) = $0 { () } else { nil }
                }
            }
            let end = try await rig.inbox.end(of: order.id)
            #expect(end.how == partner.how)
            if let words = partner.words { #expect(end.reason?.contains(words) == true, "\(end.reason ?? "-")") }
            await rig.players.checked()
            #expect(rig.inbox.ends(of: order.id) == 1)
        }
    }

    @Test("A stop, a new deadline and a deadline that passes reach a player that listens, and one that stands still")
    func orders() async throws {
        let rig = try PlayerRig(["obey.wav", "frozen.wav"])
        try rig.players.begin()
        func start(_ number: UInt64, _ clip: String, deadline: Instant? = nil) async throws -> PlayID {
            let order = try await rig.order(number, clip, deadline: deadline)
            rig.players.start(order)
            try await rig.inbox.next("it does not start") { if case .playStarted(order.id) = $0 { () } else { nil } }
            return order.id
        }
        try await rig.withLibrary {
            _ = try await rig.inbox.findings()
            var id = try await start(1, "obey.wav")
            rig.players.stop(id)
            #expect(try await rig.inbox.end(of: id).how == .stopped)

            id = try await start(2, "obey.wav")
            rig.players.changeDeadline(of: id, to: Clocks.system.now() + .seconds(3600))
            #expect(try await rig.inbox.end(of: id).how == .deadline)

            id = try await start(3, "frozen.wav")
            rig.players.stop(id)
            var end = try await rig.inbox.end(of: id)
            #expect(end.how == .killed && end.reason?.contains("it did not stop") == true, "\(end)")

            id = try await start(4, "frozen.wav")
            rig.players.changeDeadline(of: id, to: Clocks.system.now())
            end = try await rig.inbox.end(of: id)
            #expect(end.how == .killed && end.reason?.contains("after its deadline") == true, "\(end)")

            // Nobody plays any more: neither is for anybody.
            rig.players.stop(id)
            rig.players.changeDeadline(of: id, to: Clocks.system.now())
        }
    }

    @Test("A player that stands still does not keep the next one from starting, nor the check from its answer")
    func beside() async throws {
        let rig = try PlayerRig(["frozen.wav", "finish.wav"])
        try rig.players.begin()
        try await rig.withLibrary {
            _ = try await rig.inbox.findings()
            let frozen = try await rig.order(1, "frozen.wav")
            rig.players.start(frozen)
            try await rig.inbox.next("it does not start") { if case .playStarted(frozen.id) = $0 { () } else { nil } }
            let next = try await rig.order(2, "finish.wav")
            rig.players.start(next)
            #expect(try await rig.inbox.end(of: next.id).how == .finished)
            rig.players.check()
            let problem = try await rig.inbox.next("the check is not told") {
                if case .playerChecked(let problem) = $0 { Optional.some(problem) } else { nil }
            }
            #expect(problem == nil && rig.inbox.ends(of: frozen.id) == 0)
            rig.players.stop(frozen.id)
            _ = try await rig.inbox.end(of: frozen.id)
        }
    }

    @Test("A stop that crosses the start: it ends once, and is never heard of again")
    func crossing() async throws {
        let rig = try PlayerRig(["obey.wav"])
        try rig.players.begin()
        try await rig.withLibrary {
            _ = try await rig.inbox.findings()
            for number in 1...20 as ClosedRange<UInt64> {
                let order = try await rig.order(number, "obey.wav", deadline: Clocks.system.now() + .seconds(3600))
                rig.players.start(order)
                rig.players.stop(order.id)
                let end = try await rig.inbox.end(of: order.id)
                // Killed: on a busy machine it had not begun to listen when its patience ended.
                #expect(end.how == .stopped || end.how == .killed, "\(end)")
                #expect(rig.inbox.ends(of: order.id) == 1)
            }
        }
    }

    @Test("A file that is not the one that was checked is not played, and the folder is looked at again")
    func swapped() async throws {
        let rig = try PlayerRig(["finish.wav"])
        try rig.players.begin()
        try await rig.withLibrary {
            let old = try await rig.inbox.findings()
            let order = try await rig.order(1, "finish.wav")
            try rig.folder.write("another clip", to: "clips/finish.wav")
            rig.players.start(order)
            let end = try await rig.inbox.end(of: order.id)
            #expect(end.how == .fileFailed && end.framesPlayed == 0)
            #expect(end.reason?.contains("not the one that was checked") == true)
            let new = try await rig.inbox.findings()
            #expect(new.clips.keys == old.clips.keys && new.clips != old.clips)
            rig.players.start(try await rig.order(2, "finish.wav"))
            #expect(try await rig.inbox.end(of: PlayID(rawValue: 2)).how == .finished)
        }
    }

    @Test("A player that is gone, or is no program, is told as such and as the end of the play")
    func noProgram() async throws {
        let rig = try PlayerRig(["finish.wav"])
        try rig.players.begin()
        try await rig.withLibrary {
            _ = try await rig.inbox.findings()
            let order = try await rig.order(1, "finish.wav")
            try FileManager.default.removeItem(atPath: rig.settings.program)
            rig.players.start(order)
            let problem = try await rig.inbox.next("the problem is not told") {
                if case .playerChecked(let problem) = $0 { problem } else { nil }
            }
            #expect(problem.contains("\(rig.settings.program): No such file"), "\(problem)")
            let end = try await rig.inbox.end(of: order.id)
            #expect(end.how == .deviceFailed && end.reason?.contains("No such file") == true)
            #expect(mkdir(rig.settings.program, 0o755) == 0)
            rig.players.check()
            let other = try await rig.inbox.next("the problem is not told") {
                if case .playerChecked(let problem) = $0 { problem } else { nil }
            }
            #expect(other.contains("is not a program"))
        }
    }

    @Test("Without its thread nothing hangs: a play ends at once, and a check says why")
    func noThread() async throws {
        let rig = try PlayerRig(["finish.wav"])
        try await rig.withLibrary {
            _ = try await rig.inbox.findings()
            let order = try await rig.order(1, "finish.wav")
            rig.players.start(order)
            #expect(try await rig.inbox.end(of: order.id).how == .deviceFailed)
            rig.players.check()
            let problem = try await rig.inbox.next("the check is not told") {
                if case .playerChecked(let problem) = $0 { problem } else { nil }
            }
            #expect(problem.contains("no thread"))
            await rig.players.checked()
        }
    }
}
