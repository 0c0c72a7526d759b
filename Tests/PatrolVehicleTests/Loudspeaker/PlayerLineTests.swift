import PatrolCore
import Testing

@testable import PatrolVehicle

@Suite("The player's lines")
struct PlayerLineTests {
    @Test("Both lines of the protocol, with nulls, escapes and members from the future")
    func lines() throws {
        #expect(
            try PlayerLine(
                #"{"event":"started","at_ns":12,"rate":44100,"channels":2,"frames_total":null,"new":[1]}"#
            )
                == .started(
                    PlayStart(at: .init(nanosecondsSinceBoot: 12), sampleRate: 44_100, channels: 2, framesTotal: nil)
                )
        )
        let ended =
            #"{"event":"ended","how":"device-failed","frames_played":3,"frames_total":9223372036854775807,"#
            + #""rate":8000,"reason":"a\nb 西彭"}"#
        #expect(
            try PlayerLine(ended)
                == .ended(
                    PlayEnd(.deviceFailed, framesPlayed: 3, framesTotal: .max, reason: "a b 西彭")
                )
        )
    }

    @Test("Every way to end has its name and its exit code")
    func names() throws {
        let table: [(String, PlayEnd.How, Int32)] = [
            ("finished", .finished, 0), ("deadline", .deadline, 0), ("stopped", .stopped, 0),
            ("parent-gone", .parentGone, 0), ("file-failed", .fileFailed, 2), ("device-failed", .deviceFailed, 3),
        ]
        for (name, how, code) in table {
            let line =
                #"{"event":"ended","how":"\#(name)","frames_played":0,"frames_total":null,"rate":1,"reason":null}"#
            #expect(
                try PlayerLine(line)
                    == .ended(PlayEnd(how, framesPlayed: 0, framesTotal: nil, reason: nil))
            )
            #expect(how.exitCode == code)
        }
    }

    @Test(
        "What is refused",
        arguments: [
            "", " ", "null", "[]", "{}", "{", #""started""#, #"{"event":7}"#, #"{"event":"paused"}"#,
            #"{"event":"started"}"#, #"{"event":"started","at_ns":1,"rate":0,"channels":1,"frames_total":1}"#,
            #"{"event":"started","at_ns":1,"rate":1,"channels":0,"frames_total":1}"#,
            #"{"event":"started","at_ns":1,"rate":1,"channels":1,"frames_total":-1}"#,
            #"{"event":"started","at_ns":1.5,"rate":1,"channels":1,"frames_total":1}"#,
            #"{"event":"ended","how":"finished"}"#, #"{"event":"ended","how":"killed","frames_played":0}"#,
            #"{"event":"ended","how":"Finished","frames_played":0}"#,
            #"{"event":"ended","how":"finished","frames_played":-1}"#,
            #"{"event":"ended","how":"finished","frames_played":9223372036854775808}"#,
            #"{"event":"ended","how":"finished","frames_played":0} trailing"#,
        ]
    )
    func refused(text: String) {
        #expect(throws: PlayerLine.Defect.self) { try PlayerLine(text) }
    }

    @Test("Bytes that are no UTF-8, control characters and depth are refused and shown harmlessly")
    func hostile() {
        let error = #expect(throws: PlayerLine.Defect.self) { try PlayerLine([0xFF, 0x1B, 0x5B, 0x33, 0x31, 0x6D]) }
        #expect(error?.reason == "not a line of its protocol: \u{FFFD} [31m")
        #expect(throws: PlayerLine.Defect.self) {
            try PlayerLine(String(repeating: "[", count: LineReader.longestLine))
        }
    }

    @Test("Lines come whole however the bytes are cut; what has no end is no line")
    func cuts() throws {
        let bytes = Array("a\n\nbc\nd".utf8)
        for cut in 0...bytes.count {
            var reader = LineReader()
            let lines = try reader.take(Array(bytes[..<cut])) + reader.take(Array(bytes[cut...]))
            #expect(lines.map { String(decoding: $0, as: UTF8.self) } == ["a", "", "bc"], "cut at \(cut)")
        }
    }

    @Test("The bounds: a line of 4096 bytes, 64 KiB in all")
    func bounds() throws {
        let line = [UInt8](repeating: 0x20, count: LineReader.longestLine)
        var reader = LineReader()
        #expect(try reader.take(line + [10]) == [line])
        #expect(throws: PlayerLine.Defect.self) { try reader.take(line + [0x20, 10]) }
        var unfinished = LineReader()
        #expect(throws: PlayerLine.Defect.self) { try unfinished.take(line + [0x20]) }
        var many = LineReader()
        for _ in 0..<LineReader.mostBytes / 64 { _ = try many.take([UInt8](repeating: 10, count: 64)) }
        #expect(throws: PlayerLine.Defect.self) { try many.take([10]) }
    }
}

extension PlayerLine {
    fileprivate init(_ text: String) throws(Defect) {
        try self.init(Array(text.utf8))
    }
}
