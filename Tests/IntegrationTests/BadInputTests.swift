import Foundation
import Glibc
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

@Suite(
    "Bad input gets one clear message that names it",
    .enabled(if: Surroundings.hasPrograms, Surroundings.noPrograms)
)
struct BadInputTests {
    @Test("patrold check names every mistake of a file at once, with what is allowed")
    func configuration() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "bad.toml",
            """
            vehicle = "Cart 1"
            log_levle = "info"
            [gps]
            port = "2947"
            lost_after = "1 hour"
            [[upload]]
            name = "station"
            url = "ftp://station"
            token_file = "token"
            """
        )
        let result = try await run("patrold", ["check", path])
        #expect(result.code == 1)
        for expected in [
            "vehicle: is \"Cart 1\"; allowed: 1 to 64 of a-z",
            "log_levle: is not a known key; did you mean \"log_level\"?",
            "gps.port: is \"2947\"; allowed: a whole number from 1 to 65535",
            "gps.lost_after: is \"1 hour\"; allowed: a duration from 2s to 10min",
            "upload[1].url: is \"ftp://station\", which does not begin with http:// or https://; allowed: an http or https",
            "upload[1].token_file: is not a path (what it is may be secret, so it is not shown); allowed: an absolute path",
        ] {
            #expect(result.errors.contains(expected), "missing: \(expected)\nin: \(result.errors)")
        }
        #expect(result.errors.split(separator: "\n").count == 6)
    }

    @Test("A syntax error has its line")
    func syntax() async throws {
        let folder = try TemporaryFolder()
        let result = try await run("patrold", ["check", try folder.write("bad.toml", "vehicle = \"a\"\nport = = 1\n")])
        #expect(result.code == 1)
        #expect(result.errors.contains("line 2"))
    }

    @Test("The example configuration is fine, and so is the unit")
    func shipped() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let check = try await run("patrold", ["check", root + "/config/patrold.toml"])
        #expect(check.code == 0, "\(check.errors)")
        let folder = try TemporaryFolder()
        for unit in ["patrold", "patrol-collector"] {
            // systemd-analyze looks for the program of ExecStart; here it is where it was built. It exits 0 on an
            // unknown key, so what it says is what counts.
            let text = try String(contentsOf: URL(filePath: "\(root)/systemd/\(unit).service"), encoding: .utf8)
                .replacing("/usr/bin/", with: try #require(Surroundings.programs) + "/")
            let result = try await run(
                "/usr/bin/systemd-analyze",
                // The manual pages that it names come with the packages; the trial in the booted system asks for them.
                ["verify", "--man=no", try folder.write("\(unit).service", text, mode: 0o644)]
            )
            #expect(result.errors.isEmpty && result.output.isEmpty, "\(result.errors)")
            #expect(result.code == 0)
        }
    }

    @Test("A missing file, a socket in use: one message each, exit code 1; a journal without a folder: the cart runs")
    func start() async throws {
        let missing = try await run("patrold", ["run", "/nowhere/patrold.toml"])
        #expect(missing.code == 1)
        #expect(missing.errors == "/nowhere/patrold.toml: cannot be read: No such file or directory\n")

        let chain = try Chain()
        try chain.configure(upload: nil)
        _ = try chain.folder.write("journal", "a file, not a folder")
        try await chain.startPatrold()
        let health = try await chain.ctl("health")
        #expect(health.code == 2, "\(health.output)")
        #expect(
            health.output.contains(chain.folder.path("journal")) && health.output.contains("memory"),
            "\(health.output)"
        )
        #expect(try await chain.patrold?.stop() == 0)
        try FileManager.default.removeItem(atPath: chain.folder.path("journal"))

        try await chain.startPatrold()
        let second = try await run("patrold", ["run", chain.folder.path("patrold.toml")])
        #expect(second.code == 1)
        #expect(second.errors.contains("in use"), "\(second.errors)")
        #expect(second.errors.split(separator: "\n").count == 1, "\(second.errors)")
        #expect(try await chain.ctl("health").code != 3, "the first one must go on")
    }

    @Test("The token's file is missing or open to all: said in health, check and the log; the cart records on")
    func token() async throws {
        let chain = try Chain()
        try chain.configure()
        chmod(chain.folder.path("token"), 0o644)
        let check = try await run("patrold", ["check", chain.folder.path("patrold.toml")])
        #expect(check.code == 1)
        #expect(check.errors.contains("upload[1].token_file") && check.errors.contains("allowed: 600 (chmod 600 "))
        try await chain.startPatrold()
        try await eventually("the queue names the file", within: 15) {
            try await chain.queue().reason?.contains(chain.folder.path("token")) == true
        }
        #expect(try await chain.ctl("health").code == 2)
    }

    @Test("records --kind with a kind that there is not: exit 1, the kinds that there are, and which one may be meant")
    func kind() async throws {
        let chain = try Chain()
        try chain.configure(upload: nil)
        try await chain.startPatrold()
        let wrong = try await chain.ctl("records", "--kind", "daemon.started", "--kind", "gps.lots")
        #expect(wrong.code == 1 && wrong.output.isEmpty)
        #expect(wrong.errors.contains("kind is \"gps.lots\"; did you mean gps.lost?"), "\(wrong.errors)")
        for name in EventName.allCases { #expect(wrong.errors.contains(name.rawValue)) }
        let right = try await chain.ctl("records", "--kind", "daemon.started")
        #expect(right.code == 0 && right.output.contains("daemon.started"), "\(right.errors)")
        let none = try await chain.ctl("records", "--kind", "zone.left")
        #expect(none.code == 0 && none.output.isEmpty, "there are none yet")
    }

    @Test("The collector names a port in use and tokens that everybody may read")
    func collector() async throws {
        let chain = try Chain()
        try await chain.startCollector()
        let tokens = chain.folder.path("tokens")
        let second = try await run(
            "patrol-collector",
            [
                "--listen", "127.0.0.1:\(chain.collectorPort)", "--store", chain.folder.path("second"), "--tokens",
                tokens,
            ]
        )
        #expect(second.code == 1)
        #expect(second.errors.contains("127.0.0.1:\(chain.collectorPort)"), "\(second.errors)")
        chmod(tokens, 0o644)
        let open = try await run(
            "patrol-collector",
            ["--listen", "127.0.0.1:0", "--store", chain.folder.path("third"), "--tokens", tokens]
        )
        #expect(open.code == 1)
        #expect(open.errors.contains(tokens), "\(open.errors)")
    }
}
