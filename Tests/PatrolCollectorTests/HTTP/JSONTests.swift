import Foundation
import NIOCore
import PatrolCore
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("JSON by hand")
struct JSONTests {
    @Test(
        "A string is read back as it was",
        arguments: ["", "plain", "\"\\/", "\n\r\t\u{0}\u{1F}\u{7F}", "村庄 \u{1F6A8}", "\u{2028}", "e\u{301}"]
    )
    func strings(text: String) throws {
        let read = try JSONSerialization.jsonObject(with: Data(JSONText.string(text).utf8), options: .fragmentsAllowed)
        #expect(Array((read as? String ?? "").unicodeScalars) == Array(text.unicodeScalars))
    }

    @Test(
        "Decimal places are exact and no longer than needed",
        arguments: [
            (0, 7, "0"), (1, 7, "0.0000001"), (-1, 7, "-0.0000001"), (1_063_000_000, 7, "106.3"),
            (-900_000_000, 7, "-90"), (1_800_000_000, 7, "180"), (-31, 1, "-3.1"), (1234, 0, "1234"), (500, 2, "5"),
            (.max, 3, "9223372036854775.807"), (.min, 3, "-9223372036854775.808"),
        ] as [(Int64, Int, String)]
    )
    func decimals(value: Int64, places: Int, text: String) {
        var bytes: [UInt8] = []
        bytes.append(decimal: value, places: places)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test("Separators come where they belong")
    func writer() {
        var json = JSONWriter()
        json.object { json in
            json.member("a", 1)
            json.member("left out", nil as Int?)
            json.key("b")
            json.array { json in
                json.array { _ in }
                json.object { json in json.member("c", "d") }
                json.bool(false)
                json.fixed(-5, places: 1)
            }
            json.key("e")
            json.json("{}")
        }
        #expect(String(buffer: json.buffer) == #"{"a":1,"b":[[],{"c":"d"},false,-0.5],"e":{}}"#)
    }

    @Test("What is written in parts is one text")
    func parts() {
        var json = JSONWriter()
        json.begin("{\"list\":[")
        json.integer(1)
        var text = String(buffer: json.take())
        json.integer(2)
        text += String(buffer: json.take())
        json.end("]}")
        text += String(buffer: json.take())
        #expect(text == #"{"list":[1,2]}"#)
    }

    @Test("A time outside of four-digit years shows as the nearest that has them")
    func times() {
        #expect(RecordJSON.text(WallTime(millisecondsSince1970: .min)) == "0001-01-01T00:00:00.000Z")
        #expect(RecordJSON.text(WallTime(millisecondsSince1970: .max)) == "9999-12-31T23:59:59.999Z")
        #expect(RecordJSON.text(Samples.start) == "2026-11-24T13:00:00.000Z")
    }
}
