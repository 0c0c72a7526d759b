import Testing

@testable import PatrolCore

@Suite("Volume by hour and place")
struct VolumeRuleTests {
    private static let rules = [
        VolumeRule(schedule: .hours("18:00", "21:00"), zones: nil, decibels: -6),
        VolumeRule(schedule: CivilSchedule(), zones: ["village"], decibels: -3),
        VolumeRule(schedule: CivilSchedule(), zones: ["park"], decibels: 4),
    ]

    @Test(
        "Of the rules that hold the lowest counts",
        arguments: [
            ("12:00", [], 0), ("12:00", ["village"], -3), ("12:00", ["park"], 4), ("12:00", ["village", "park"], -3),
            ("18:00", ["park"], -6), ("20:59:59", ["village"], -6), ("21:00", ["village"], -3),
        ] as [(String, Set<String>, Double)]
    )
    func lowest(time: String, zones: Set<String>, expected: Double) throws {
        let date = try #require(CivilDate(iso8601: "2026-11-24"))
        let civil = CivilTime(date: date, time: try #require(TimeOfDay(time)))
        #expect(VolumeRule.decibels(of: Self.rules, at: civil, inZones: zones) == expected)
    }

    @Test("It changes programmes and requests, and no emergency")
    func applied() {
        var programme = Programme.plain()
        programme.volumeDecibels = 2
        var rig = AnnouncerRig(at: "20:00", programmes: [programme]) { $0.volumes = Self.rules }
        rig.run(for: .seconds(12))
        rig.say(.a)
        rig.run(for: .seconds(12))
        rig.say(.a, .emergency, reason: "fire")
        #expect(rig.orders.map(\.gainDecibels) == [-4, -6, 0])
    }
}
