import Testing

@testable import patrol_player

@Suite("JSON on one line")
struct JSONLineTests {
    @Test("Members of every kind, in order")
    func members() {
        var line = JSONLine()
        line.add("text", "a")
        line.add("none", nil as String?)
        line.add("number", -5)
        line.add("nothing", nil as Int64?)
        line.add("flag", true)
        line.add("level", -20.1349, decimals: 2)
        line.add("whole", 3, decimals: 3)
        line.add("infinite", -.infinity, decimals: 2)
        line.add("unknown", .nan, decimals: 2)
        #expect(
            line.text == #"{"text":"a","none":null,"number":-5,"nothing":null,"flag":true,"level":-20.13,"whole":3.0,"#
                + #""infinite":null,"unknown":null}"#
        )
        #expect(JSONLine().text == "{}")
    }

    @Test(
        "Texts are escaped as RFC 8259 wants it",
        arguments: [
            (#"a"b\c"#, #"{"t":"a\"b\\c"}"#),
            ("line\nbreak\u{1}", #"{"t":"line\u000abreak\u0001"}"#),
            ("西彭.wav", #"{"t":"西彭.wav"}"#),
            ("", #"{"t":""}"#),
        ]
    )
    func escapes(_ text: String, _ expected: String) {
        var line = JSONLine()
        line.add("t", text)
        #expect(line.text == expected)
    }
}
