import Foundation
import Glibc
import PatrolAPI
import Testing

@Suite("Secrets are in no output", .enabled(if: Surroundings.hasPrograms, Surroundings.noPrograms))
struct SecretTests {
    /// What is planted: a word of each that no output may have.
    private static let token = "planted-token-7d1f", key = "planted-key-b2a9", password = "planted-password-c3"

    @Test(
        "Token, key and a token that the receiver says back: not in check, log at debug, queue, status, health, errors, journal"
    )
    func outputs() async throws {
        let chain = try Chain()
        try chain.configure(upload: nil)
        // Refuses each request with a page that says back what it was sent.
        let said = "default_type text/html; return 404 '<p>you said $http_authorization to $host</p>';"
        let proxy = try await Proxy(chain.folder, collectorPort: chain.collectorPort, answers: ["echo": said])
        let port = try #require(proxy.ports["echo"])
        let token = try chain.folder.write("token", Self.token + "\n")
        try chain.append(
            """
            [[upload]]
            name = "echo"
            url = "http://127.0.0.1:\(port)"
            token_file = "\(token)"
            [[upload]]
            name = "key"
            url = "https://127.0.0.1:\(port)"
            client_certificate_file = "\(try chain.folder.write("cart.pem", "no certificate"))"
            client_key_file = "\(try chain.folder.write("cart.key", "-----BEGIN PRIVATE KEY-----\n\(Self.key)\n"))"

            """
        )
        var outputs: [String: String] = [:]
        func look(_ name: String, _ result: (code: Int32, output: String, errors: String)) {
            outputs[name] = result.output + result.errors
        }
        look("check", try await run("patrold", ["check", "--plan", chain.folder.path("patrold.toml")]))
        try await chain.startPatrold()
        try await eventually("both have failed", within: 20) {
            let queues = try await chain.queues()
            return queues.count == 2 && queues.allSatisfy { $0.reason != nil }
        }
        for command in ["status", "queue", "health", "records", "announcements", "clips", "zones", "track"] {
            look(command, try await chain.ctl(command))
            look(command + " for people", try await run("patrolctl", [command, "--socket", chain.socket]))
        }
        for path in APIPath.allCases where path != .stream {
            let url = "http://patrold\(path.rawValue)"
            for method in ["GET", "POST", "DELETE"] {
                let arguments = ["-sS", "--max-time", "10", "-i", "-X", method, "--unix-socket", chain.socket, url]
                look("\(method) \(path.rawValue)", try await run("/usr/bin/curl", arguments))
            }
        }
        #expect(try await chain.patrold?.stop() == 0)
        outputs["log"] = chain.patrold?.log
        #expect(outputs["log"]?.contains("echo") == true && outputs["queue"]?.contains("what answers there") == true)
        let journal = try Data(contentsOf: URL(filePath: chain.folder.path("journal/journal.sqlite")))
        outputs["journal"] = String(decoding: journal, as: Unicode.ASCII.self)
        for (name, text) in outputs {
            #expect(!text.contains("planted"), "\(name): \(text)")
            #expect(!text.contains(Data(Self.token.utf8).base64EncodedString()), "\(name)")
        }
    }

    @Test("A password in the url: neither check nor run shows it, and both say where a secret belongs")
    func password() async throws {
        let chain = try Chain()
        try chain.configure(upload: nil)
        try chain.append("[[upload]]\nname = \"s\"\nurl = \"http://cart:\(Self.password)@127.0.0.1:1\"\n")
        for command in ["check", "run"] {
            let result = try await run("patrold", [command, chain.folder.path("patrold.toml")])
            #expect(result.code == 1)
            #expect(result.errors.contains("in the file that token_file names"), "\(result.errors)")
            #expect(!(result.errors + result.output).contains("planted"))
        }
    }

    @Test("A byte order mark before configuration, zones, token and CA is none of them; UTF-16 is named")
    func marks() async throws {
        let chain = try Chain()
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let zones = try String(contentsOf: URL(filePath: root + "/config/zones.geojson"), encoding: .utf8)
        let made = try await run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=a",
                "-keyout", chain.folder.path("ca.key"), "-out", chain.folder.path("ca.pem"),
            ]
        )
        #expect(made.code == 0)
        let authority = try String(contentsOf: URL(filePath: chain.folder.path("ca.pem")), encoding: .utf8)
        let text = """
            vehicle = "a"
            [zones]
            file = "\(try chain.folder.write("zones.geojson", "\u{FEFF}" + zones))"
            [[upload]]
            name = "s"
            url = "https://a"
            token_file = "\(try chain.folder.write("token", "\u{FEFF}\(Self.token)\r\n"))"
            ca_file = "\(try chain.folder.write("ca.pem", "\u{FEFF}" + authority))"

            """
        let path = try chain.folder.write("marked.toml", "\u{FEFF}" + text)
        let fine = try await run("patrold", ["check", path])
        #expect(fine.code == 0 && fine.errors.isEmpty, "\(fine.errors)")
        try #require(text.data(using: .utf16)).write(to: URL(filePath: path))
        let foreign = try await run("patrold", ["check", path])
        #expect(foreign.code == 1)
        #expect(foreign.errors == "\(path): is text in UTF-16; allowed: UTF-8, which every editor can save\n")
    }
}
