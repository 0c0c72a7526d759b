import Foundation
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

@Suite("Orders and the plug", .enabled(if: Surroundings.hasPrograms, Surroundings.noPrograms))
struct OrderDurabilityTests {
    private static let rounds = 5

    private static let orders: [(name: String, act: @Sendable (ControlClient) async throws -> Void)] = [
        ("mute", { _ = try await $0.order(CommandAnswer.self, .mute, MuteCommand(until: nil)) }),
        ("duty start", { _ = try await $0.order(DutyReport.self, .duty, DutyCommand(kind: "visit", officer: nil)) }),
        ("mark", { _ = try await $0.order(CommandAnswer.self, .marks, MarkCommand(text: "here")) }),
        ("unmute", { _ = try await $0.end(CommandAnswer.self, .mute) }),
        ("duty end", { _ = try await $0.end(DutyReport.self, .duty) }),
    ]

    @Test("An order that was answered is kept, even if the plug is pulled in the same moment")
    func killedAfterTheAnswer() async throws {
        let chain = try Chain()
        try chain.configure(upload: nil)
        let path = chain.folder.path("patrold.toml")
        let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        let programs = try #require(Surroundings.programs)
        let clips = chain.folder.path("clips")
        try FileManager.default.createDirectory(atPath: clips, withIntermediateDirectories: false)
        let table = "[loudspeaker]\ndevice = \"null\"\nclips = \"\(clips)\"\nplayer = \"\(programs)/patrol-player\"\n"
        _ = try chain.folder.write("patrold.toml", "time_zone = \"Asia/Shanghai\"\n" + text + table)
        var marks = 0
        for round in 1...Self.rounds {
            for order in Self.orders {
                try await chain.startPatrold()
                try await ControlClient.with(socketPath: chain.socket) { client in
                    try await order.act(client)
                    chain.patrold?.kill()
                }
                try await chain.startPatrold()
                let isKept =
                    switch order.name {
                    case "mute": try await chain.status().announcements?.muted != nil
                    case "unmute": try await chain.status().announcements?.muted == nil
                    case "duty start": try await chain.status().duty.kind == "visit"
                    case "duty end": try await chain.status().duty.kind == nil
                    default: try await chain.events(kind: "mark").count == marks + 1
                    }
                #expect(isKept, "\(order.name), round \(round)")
                if order.name == "mark" { marks += 1 }
                chain.patrold?.kill()
            }
        }
    }
}
