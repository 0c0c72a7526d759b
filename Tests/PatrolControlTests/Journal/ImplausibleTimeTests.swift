import PatrolAPI
import PatrolWire
import Testing

@testable import PatrolControl
@testable import PatrolCore
@testable import PatrolJournal

@Suite("Times that cannot be true")
struct ImplausibleTimeTests {
    private func utc(_ text: String) throws -> WallTime { try #require(WallTime(iso8601: text)) }

    private func position(_ mark: TimeMark) throws -> Position {
        let place = try #require(Coordinate(latitudeE7: 293_012_345, longitudeE7: 1_063_212_345))
        let at = Instant(millisecondsSinceBoot: 5000)
        var position = Position(receivedAt: at, coordinate: place, mode: .threeDimensional, odometerMetres: 7)
        position.time = try utc("2007-04-11T13:00:00Z")
        position.timeMark = mark
        return position
    }

    @Test(
        "A time that cannot be true is in no record, no track and no position of the moment",
        arguments: TimeMark.allCases
    )
    func implausible(mark: TimeMark) throws {
        let recorded = Recorded(
            sequence: SequenceNumber(rawValue: 1),
            boot: BootNumber(rawValue: 1),
            record: try position(mark)
        )
        let unknown = Dated(recorded, utcAtBoot: nil)
        let corrected = Dated(recorded, utcAtBoot: try utc("2026-11-25T13:00:00Z"))
        let isPlausible = mark == .plausible
        let own: String? = isPlausible ? "2007-04-11T13:00:00.000Z" : nil
        #expect(PositionJSON(unknown).time == own && PositionJSON(unknown).corrected == nil)
        #expect(PositionJSON(unknown).timeMark == (isPlausible ? nil : mark.name))
        #expect(PositionJSON(corrected).time == own ?? "2026-11-25T13:00:05.000Z")
        #expect(PositionJSON(corrected).corrected == (isPlausible ? nil : true))
        for format in TrackFormat.allCases {
            var track = TrackWriter(format: format)
            let (before, after) = (track.part([unknown]), track.part([corrected]))
            #expect(String(decoding: before, as: UTF8.self).contains("2007-04-11") == isPlausible)
            #expect(String(decoding: after, as: UTF8.self).contains("2026-11-25T13:00:05") == !isPlausible)
        }
        #expect(PositionJSON(current: recorded.record, clock: WallClock()).time == own)
    }

    @Test("Of the moment too the clock stands in for a receiver that does not know the time")
    func current() throws {
        var clock = WallClock()
        for second in Int64(0)...3 {
            _ = clock.handle(
                try utc("2026-11-25T13:00:00Z") + .seconds(second),
                marked: .plausible,
                at: Instant(millisecondsSinceBoot: second * 1000)
            )
        }
        let json = PositionJSON(current: try position(.weekRollover), clock: clock)
        // The clock tells the middle of what a report's delay of up to 1.5 s leaves.
        #expect(json.time == "2026-11-25T13:00:05.750Z" && json.corrected == true && json.timeMark == "week-rollover")
    }
}
