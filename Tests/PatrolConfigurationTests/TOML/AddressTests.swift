import PatrolCore
import Testing

@testable import PatrolConfiguration

@Suite("Addresses, paths and names in the configuration")
struct AddressTests {
    private func problems(_ text: String) -> [String] {
        do {
            _ = try Configuration.parse("vehicle = \"a\"\n" + text, path: "test.toml")
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test(
        "gpsd's address, in every form that can be meant",
        arguments: [
            ("127.0.0.1", "127.0.0.1", 2947), ("localhost", "localhost", 2947), ("gps_1.local", "gps_1.local", 2947),
            ("::1", "::1", 2947), ("[::1]", "::1", 2947), ("[::1]:2948", "::1", 2948),
            ("fe80::1%eth0", "fe80::1%eth0", 2947),
            ("[fe80::1%eth0]:1", "fe80::1%eth0", 1), ("127.0.0.1:65535", "127.0.0.1", 65_535),
            ("tcp://127.0.0.1:2947", "127.0.0.1", 2947), ("gpsd://gps.local", "gps.local", 2947),
            ("GPSD://gps.local:2950/", "gps.local", 2950), ("tcp://[::1]:2947", "::1", 2947),
        ]
    )
    func gpsd(text: String, host: String, port: Int) throws {
        let gps = try Configuration.parse("vehicle = \"a\"\n[gps]\nhost = \"\(text)\"", path: "").gps
        #expect(gps.host == host && gps.port == port)
        #expect(gps.address == (host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"))
    }

    @Test(
        "What gpsd's address cannot be is refused, with what is allowed",
        arguments: [
            "", " ", "127.0.0.1 ", "a b", "http://127.0.0.1:2947", "udp://127.0.0.1:2947", "tcp://", "gpsd://:2947",
            ":2947",
            "[::1", "[::1]2947", "[::1]:", "[127.0.0.1]", "::1::2", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:gpsd",
            "127.0.0.1:2947:/dev/ttyUSB0", "tcp://127.0.0.1:2947/dev", "user@gps.local", "-h", "/dev/ttyUSB0",
            "999.1.1.1",
            "127.0.0.256", "127.1", "1", "10.0.0.1.1:2947",
            "[fe80::1%]",
            "上海", "a\\u001Bb",
        ]
    )
    func noGPSD(text: String) {
        let found = problems("[gps]\nhost = \"\(text)\"")
        #expect(found.count == 1, "\(found)")
        #expect(found[0].hasPrefix("gps.host: is \"") && found[0].contains("allowed: the host on which gpsd listens"))
        #expect(!found[0].contains("\u{1B}"))
    }

    @Test("A port in host and another one in port contradict each other; the same twice do not")
    func twoPorts() throws {
        #expect(problems("[gps]\nhost = \"127.0.0.1:2948\"\nport = 2948").isEmpty)
        let found = problems("[gps]\nhost = \"127.0.0.1:2948\"\nport = 2947")
        #expect(found == ["gps.host: is \"127.0.0.1:2948\", but port is 2947; allowed: one port, or the same twice"])
    }

    @Test(
        "A receiver's address",
        arguments: [
            "http://a", "https://station.example:8443", "HTTPS://station.example/sub/", "http://[::1]:8080",
            "http://10.0.0.1:1",
            "http://a:65535/x%20y", "http://a/v1", "http://a/v1/batchesx", "http://4g.example",
            "http://10.0.0.1.example",
        ]
    )
    func receiver(url: String) {
        #expect(problems("[[upload]]\nname = \"s\"\nurl = \"\(url)\"").isEmpty)
    }

    @Test(
        "What a receiver's address cannot be",
        arguments: [
            ("", "is \"\""), (" http://a", "blanks"), ("http://a ", "blanks"), ("http://a b", "blanks"),
            ("http://上海", "blanks"),
            ("http:/a", "does not begin"), ("a:8443", "does not begin"), ("ftp://a", "does not begin"),
            ("http://", "host"),
            ("http:///x", "host"), ("http://:80", "host"), ("http://a:0", "port is not from 1"),
            ("http://a:65536", "port is"),
            ("http://a:port", "host or port"), ("http://[::1", "host or port"),
            ("http://[fe80::1%25eth0]/", "has a zone"),
            ("http://[fe80::1%eth0]/", "has a zone"), ("http://a?b=c", "query"), ("http://a#b", "fragment"),
            ("http://a/v1/batches", "appends that itself"), ("http://a/x/v1/batches/", "appends that itself"),
            ("http://999.1.1.1", "host or port"), ("http://10.0.0.300:80", "host or port"),
            ("http://1.2.3", "host or port"),
            ("http://a\\\\b", "backslash"),
        ]
    )
    func noReceiver(url: String, fault: String) {
        let found = problems("[[upload]]\nname = \"s\"\nurl = \"\(url)\"")
        #expect(found.count == 1, "\(found)")
        #expect(found[0].hasPrefix("upload[1].url: is \"") && found[0].contains(fault), "\(found)")
        #expect(found[0].contains("allowed: an http or https address"))
    }

    @Test(
        "A secret in the wrong place is refused and not shown",
        arguments: [
            (
                "url = \"https://cart:planted@station.example\"",
                "has a user or a password; the receiver's secret is a token"
            ),
            ("url = \"https://planted@station.example\"", "has a user or a password"),
            ("url = \"https://cart:pl/planted@station.example\"", "host or port"),
            ("url = \"https://cart:planted?@station.example\"", "query"),
            ("url = \"cart:planted@station\"", "does not begin"),
            ("url = \"https://station.example/?token=planted\"", "query"), ("url = \"http://a/#planted\"", "fragment"),
            ("url = \"http://a\"\ntoken_file = \"planted\"", "may be secret, so it is not shown"),
            ("url = \"http://a\"\ntoken = \"planted\"", "allowed: token_file, the name of a file"),
            ("url = \"http://a\"\npassword = \"planted\"", "allowed: token_file, the name of a file"),
            ("url = \"http://a\"\ntoken = planted", "is not TOML"),
            (
                "url = \"http://a\"\nclient_certificate_file = \"/a\"\nclient_key_file = \"planted\"",
                "may be secret, so it is not shown"
            ),
        ]
    )
    func secrets(text: String, words: String) {
        let found = problems("[[upload]]\nname = \"s\"\n\(text)")
        #expect(found.count == 1 && found[0].contains(words), "\(found)")
        #expect(!"\(found)".contains("planted"))
    }

    @Test(
        "A token's file is a path or a credential",
        arguments: [
            ("/etc/patrold/token", true), ("credential:token", true), ("credential:cart.key", true),
            ("credential:", false),
            ("credential:../token", false), ("credential:a/b", false), ("/etc/token ", false),
        ]
    )
    func tokenFile(value: String, isFine: Bool) {
        let found = problems("[[upload]]\nname = \"s\"\nurl = \"http://a\"\ntoken_file = \"\(value)\"")
        #expect(found.isEmpty == isFine)
        if !isFine {
            #expect(found[0].contains("is \"\(value)\"") && found[0].contains("allowed: an absolute path, or"))
        }
    }

    @Test(
        "A blank at the end of a path or a device is a slip that no screen shows",
        arguments: [
            "[control]\nsocket = \"/run/patrold.sock \"", "[control]\nsocket = \"/run/patrold/\"",
            "[control]\nsocket = \"unix:/run/patrold.sock\"", "[journal]\nfolder = \"/var/lib/patrold\\t\"",
            "[journal]\nfolder = \"/var/\\u001Blib\"", "[light]\nled = \"/sys/class/leds/warning \"",
            "[light]\nled = \"warning\"",
            "[loudspeaker]\ndevice = \"default \"", "[loudspeaker]\ndevice = \" \"", "[loudspeaker]\ndevice = \"\"",
            "[loudspeaker]\ndevice = \"a\\nb\"", "[loudspeaker]\nclips = \"/etc/clips \"",
        ]
    )
    func blanks(text: String) {
        let found = problems(text)
        #expect(found.count == 1 && found[0].contains("allowed: "), "\(found)")
        #expect(!"\(found)".contains("\u{1B}"))
    }

    @Test("A path with a blank inside is a path")
    func blankInside() {
        #expect(problems("[journal]\nfolder = \"/media/SD card/警车\"").isEmpty)
        #expect(problems("[loudspeaker]\ndevice = \"plughw:CARD=Device,DEV=0\"").isEmpty)
    }

    @Test("Rules and programmes have names in any script; the vehicle and uploads keep theirs")
    func labels() {
        let voice = "[loudspeaker]\n"
        for name in ["夜间", "校园 安静", "exams-2027", "Ночь", String(repeating: "夜", count: 64)] {
            let tables =
                "[[quiet]]\nname = \"\(name)\"\nto = \"06:00\"\n[[programme]]\nname = \"\(name)\"\nclips = [\"a.wav\"]"
            #expect(problems(voice + tables).isEmpty, "\(name): \(problems(voice + tables))")
        }
        for name in ["", " 夜", "夜 ", "a\\nb", "a\\u001B[2J", "a/b", "🌙", String(repeating: "夜", count: 65)] {
            let found = problems(voice + "[[quiet]]\nname = \"\(name)\"")
            #expect(
                found.count == 1 && found[0].contains("allowed: 1 to 64 letters of any script"),
                "\(name): \(found)"
            )
            #expect(!"\(found)".contains("\u{1B}"))
        }
        #expect(problems("[[upload]]\nname = \"派出所\"\nurl = \"http://a\"").count == 1)
    }

    @Test("The same name in another form of Unicode is the same name")
    func sameName() {
        let found = problems("[loudspeaker]\n[[quiet]]\nname = \"caf\\u00E9\"\n[[quiet]]\nname = \"cafe\\u0301\"")
        #expect(found.count == 1 && found[0].contains("which another one has"))
    }
}
