import PatrolCore
import Testing

@testable import patrol_player

@Suite("Control lines")
struct ControlLinesTests {
    @Test(
        "The protocol's lines, and everything else is not understood",
        arguments: [
            ("stop", ControlLines.Line.stop),
            ("deadline 0", .deadline(Instant(nanosecondsSinceBoot: 0))),
            ("deadline 123456789012345", .deadline(Instant(nanosecondsSinceBoot: 123_456_789_012_345))),
            ("deadline 9223372036854775807", .deadline(Instant(nanosecondsSinceBoot: .max))),
        ]
    )
    func known(_ text: String, _ expected: ControlLines.Line) {
        var lines = ControlLines()
        #expect(lines.take(Array((text + "\n").utf8)) == [expected])
    }

    @Test(
        "Anything else is not understood",
        arguments: [
            "STOP", "stop ", " stop", "stop now", "deadline", "deadline ", "deadline -1", "deadline 1.5",
            "deadline 1 2",
            "deadline 9223372036854775808", "deadline  1", "\r", "stop\r", "deadline 0x10",
            String(repeating: "deadline 1", count: 1000),
        ]
    )
    func unknown(_ text: String) throws {
        var lines = ControlLines()
        let found = lines.take(Array((text + "\n").utf8))
        guard case .unknown(let reason) = try #require(found.first) else {
            Issue.record("\(text) is taken for \(found)")
            return
        }
        #expect(found.count == 1 && reason.contains("allowed"))
    }

    @Test("Bytes that are no text are not understood either")
    func bytes() {
        var lines = ControlLines()
        let found = lines.take([0xFF, 0x00, 0xC3, UInt8(ascii: "\n")])
        #expect(found.count == 1 && found.first != .stop)
    }

    @Test("Lines arrive in pieces and in bunches")
    func pieces() {
        var lines = ControlLines()
        let text = Array("deadline 5\n\n\nstop\ndeadline 7".utf8)
        var found: [ControlLines.Line] = []
        for byte in text { found += lines.take([byte]) }
        #expect(found == [.deadline(Instant(nanosecondsSinceBoot: 5)), .stop])
        #expect(lines.take([UInt8(ascii: "\n")]) == [.deadline(Instant(nanosecondsSinceBoot: 7))])
        var again = ControlLines()
        #expect(again.take(text) == found)
    }
}
