import Foundation
import PatrolCore
import PatrolWire
import Testing

@Suite("What a batch says of records that do not come")
struct AccountTests {
    private static let id = JournalID(bytes: Array(1...16))
    private static let previous = JournalID(bytes: Array(2...17))

    private static func number(_ value: Int64) -> SequenceNumber { SequenceNumber(rawValue: value) }

    private static func content() throws -> BatchContent {
        BatchContent(
            vehicle: "cart-07",
            journalID: try #require(id),
            latest: nil,
            boots: [BootRecord(number: BootNumber(rawValue: 1), bootID: "a-1", clock: nil)],
            positionBlocks: [],
            positionRange: nil,
            events: [
                Recorded(
                    sequence: number(120),
                    boot: BootNumber(rawValue: 1),
                    record: StoredEvent(
                        at: Instant(millisecondsSinceBoot: 1),
                        time: nil,
                        coordinate: nil,
                        name: "gps.lost",
                        details: [:]
                    )
                )
            ],
            epoch: JournalEpoch(
                number: 3,
                previousID: previous,
                first: PerLane(events: number(101), positions: number(2001)),
                reason: "the file was copied，复制"
            ),
            absent: [
                AbsentRange(
                    lane: .events,
                    range: number(101)...number(119),
                    count: 19,
                    reason: .damaged,
                    times: WallTime(millisecondsSince1970: -5)...WallTime(millisecondsSince1970: 7)
                ),
                AbsentRange(lane: .positions, range: number(2001)...number(3000), count: 900, reason: .thinned),
                AbsentRange(
                    lane: .positions,
                    range: number(3001)...number(.max),
                    count: .max - 3000,
                    reason: AbsenceReason(rawValue: "from-a-later-version")
                ),
            ],
            given: PerLane(events: number(120), positions: number(0))
        )
    }

    @Test("It comes back as it went, in both encodings", arguments: WireEncoding.allCases)
    func roundTrip(encoding: WireEncoding) throws {
        let content = try Self.content()
        let decoded = try BatchDecoder.decode(try BatchEncoder.encode(content, as: encoding), as: encoding)
        #expect(decoded.epoch == content.epoch)
        #expect(decoded.absent == content.absent)
        #expect(decoded.given == content.given)
    }

    @Test("A batch of an earlier version tells of nothing", arguments: WireEncoding.allCases)
    func silent(encoding: WireEncoding) throws {
        var content = try Self.content()
        let full = try BatchEncoder.encode(content, as: encoding)
        (content.epoch, content.absent, content.given) = (.first, [], nil)
        let bytes = try BatchEncoder.encode(content, as: encoding)
        #expect(bytes.count < full.count)
        let decoded = try BatchDecoder.decode(bytes, as: encoding)
        #expect(decoded.epoch == .first)
        #expect(decoded.absent.isEmpty)
        #expect(decoded.given == nil)
    }

    @Test(
        "What cannot be is refused, and the error names it",
        arguments: [
            (#""first_sequence":101"#, #""first_sequence":0"#, "absent[1].first_sequence is 0"),
            (#""last_sequence":119"#, #""last_sequence":100"#, "absent[1].last_sequence is 100"),
            (#""count":19"#, #""count":20"#, "absent[1].count is 20; allowed: 1 to 19"),
            (#""count":19"#, #""count":0"#, "absent[1].count is 0; allowed: 1 to 19"),
            (#""reason":"damaged""#, #""reason":"Damaged!""#, "absent[1].reason is"),
            (#""last_time_ms":7"#, #""last_time_ms":-6"#, "absent[1].last_time_ms is -6"),
            (#""lane":"events""#, #""lane":"clips""#, "absent[1].lane is \"clips\"; allowed: events, positions"),
            (#""first_sequence":3001"#, #""first_sequence":3000"#, "absent.first_sequence is 3000"),
            (#""number":3"#, #""number":1"#, "epoch.number is 1; allowed: 2 to"),
            (#""previous_journal_id":"02"#, #""previous_journal_id":"x"#, "epoch.previous_journal_id is missing"),
            (#""first_event_sequence":101"#, #""first_event_sequence":121"#, "events.sequence is 120; allowed:"),
            (#""given":{"events":120"#, #""given":{"events":-1"#, "given.events is -1"),
        ]
    )
    func refused(replaced: String, by replacement: String, error: String) throws {
        let text = String(decoding: try BatchEncoder.encode(try Self.content(), as: .json), as: UTF8.self)
        // Of the account's three parts each key above stands where it is first found.
        let range = try #require(text.firstRange(of: replaced))
        var changed = text.replacingCharacters(in: range, with: replacement)
        if replaced.contains("3001") {
            changed = changed.replacingOccurrences(
                of: #""count":9223372036854772807"#,
                with: #""count":5"#
            )
        }
        let thrown = try #require(throws: WireError.self) {
            try BatchDecoder.decode(Array(changed.utf8), as: .json)
        }
        #expect(thrown.description.hasPrefix(error), "\(thrown)")
    }

    @Test("More ranges than any cart has are refused before they are made")
    func tooMany() throws {
        var content = try Self.content()
        content.absent = (1...1001 as ClosedRange<Int64>).map {
            AbsentRange(lane: .positions, range: Self.number($0)...Self.number($0), count: 1, reason: .dropped)
        }
        for encoding in WireEncoding.allCases {
            let bytes = try BatchEncoder.encode(content, as: encoding)
            let thrown = try #require(throws: WireError.self) { try BatchDecoder.decode(bytes, as: encoding) }
            #expect(thrown.isTooLarge && thrown.field == "absent", "\(thrown)")
        }
    }
}
