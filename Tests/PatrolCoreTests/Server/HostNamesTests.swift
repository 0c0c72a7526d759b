import PatrolCore
import Testing

@Suite("Names of this machine")
struct HostNamesTests {
    @Test(
        "What a Host field may say",
        arguments: [
            ("localhost", true), ("LocalHost:8080", true), ("localhost.", true), ("127.0.0.1", true),
            ("127.0.0.1:80", true),
            ("127.8.9.10", true), ("[::1]", true), ("[::1]:8080", true), ("station.lan", true),
            ("STATION.lan:443", true),
            ("", false), (".", false), ("evil.example", false), ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false), ("127.1", false), ("0127.0.0.1", false), ("2130706433", false),
            ("127.0.0.256", false), ("localhost:", true), ("localhost:8o", false), ("localhost:80:80", false),
            ("user@localhost", false), ("localhost@evil.example", false), ("localhost/", false), (" localhost", false),
            ("[::1", false), ("::1", false), ("[::2]", false), ("[localhost]", false), ("::ffff:127.0.0.1", false),
            ("localhost\u{0}", false), ("localhost, evil.example", false), ("ｌocalhost", false),
        ]
    )
    func allowed(field: String, isAllowed: Bool) {
        #expect(HostNames(configured: ["station.lan"]).allow(field) == isAllowed)
    }
}
