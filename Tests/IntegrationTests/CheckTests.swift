import Foundation
import Glibc
import Testing

@Suite(
    "patrold check sees what the service will see",
    .enabled(if: Surroundings.hasPrograms && getuid() == 0, "no built programs, or not root: nobody to become")
)
struct CheckTests {
    private let folder: TemporaryFolder
    private let player: String

    init() async throws {
        folder = try TemporaryFolder()
        chmod(folder.path, 0o755)
        // Where the programs were built, another user may not come.
        player = folder.path("patrol-player")
        try await install(try #require(Surroundings.programs) + "/patrol-player", as: player)
        #expect(mkdir(folder.path("clips"), 0o755) == 0 && mkdir(folder.path("journal"), 0o700) == 0)
        chown(folder.path("journal"), try nobody(), 0)
    }

    private func nobody() throws -> uid_t { try #require(getpwnam("nobody")).pointee.pw_uid }

    private func configuration(_ more: String = "", voice: String = "") throws -> String {
        let text = """
            vehicle = "a"
            time_zone = "Asia/Shanghai"
            [journal]
            folder = "\(folder.path("journal"))"
            [loudspeaker]
            device = "null"
            player = "\(player)"
            clips = "\(folder.path("clips"))"
            \(voice)
            \(more)

            """
        return try folder.write("patrold.toml", text, mode: 0o644)
    }

    private func check(_ path: String) async throws -> (code: Int32, output: String, errors: String) {
        let program = folder.path("patrold")
        if !FileManager.default.fileExists(atPath: program) {
            try await install(try #require(Surroundings.programs) + "/patrold", as: program)
        }
        return try await run(program, ["check", "--as", "nobody", path])
    }

    private func clip(_ name: String, seconds: Double = 1) throws -> Data {
        let samples = (0..<Int(8000 * seconds)).map { 0.3 * Float(sin(Double($0) / 5)) }
        try TestClip.write(samples, format: .wav, rate: 8000, channels: 1, to: folder.path("clips/\(name)"))
        return try Data(contentsOf: URL(filePath: folder.path("clips/\(name)")))
    }

    @Test("What is right is fine")
    func fine() async throws {
        _ = try clip("a.wav")
        let token = try folder.write("token", "secret", mode: 0o600)
        chown(token, try nobody(), 0)
        let upload = "[[upload]]\nname = \"s\"\nurl = \"http://a\"\ntoken_file = \"\(token)\""
        let programme = "[[programme]]\nname = \"p\"\nclips = [\"a.wav\"]"
        let result = try await check(try configuration(upload + "\n" + programme))
        #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
        #expect(result.output.contains("fine, as user nobody."))
    }

    @Test(
        "A configuration, a token, a journal, a folder on the way that the service may not use: user, mode and owner are named"
    )
    func unreadable() async throws {
        _ = try clip("a.wav")
        let token = try folder.write("token", "secret", mode: 0o600)
        let path = try configuration("[[upload]]\nname = \"s\"\nurl = \"http://a\"\ntoken_file = \"\(token)\"")
        chown(folder.path("journal"), 0, 0)
        let found = try await check(path)
        #expect(found.code == 1)
        #expect(
            found.errors.contains(
                "upload[1].token_file: names \(token), which user nobody cannot read: it has mode 600, owner root:root"
            )
        )
        #expect(
            found.errors.contains(
                "journal.folder: names \(folder.path("journal")), which user nobody cannot write to: it has mode 700, owner root:root"
            ),
            "\(found.errors)"
        )
        chmod(folder.path("clips"), 0o700)
        #expect(
            try await check(path).errors.contains(
                "loudspeaker.clips: names \(folder.path("clips")), which user nobody cannot read: it has mode 700"
            )
        )
        chmod(path, 0o600)
        let own = try await check(path)
        #expect(
            own.code == 1 && own.errors.contains("is the configuration, which user nobody cannot read: it has mode 600")
        )
        chmod(path, 0o644)
        let inner = folder.path("inner")
        #expect(mkdir(inner, 0o700) == 0 && rename(path, inner + "/patrold.toml") == 0)
        let above = try await check(inner + "/patrold.toml")
        #expect(
            above.errors.contains("it may not enter \(inner), which has mode 700, owner root:root"),
            "\(above.errors)"
        )
    }

    @Test("What others may change is refused: configuration, player, clips, a folder above them")
    func trust() async throws {
        _ = try clip("a.wav")
        let path = try configuration()
        #expect(try await check(path).code == 0)
        for (item, bad, good, words) in [
            (path, 0o646, 0o644, "is the configuration, which everybody may change"),
            (player, 0o757, 0o755, "loudspeaker.player: names \(player), which everybody may change"),
            (folder.path("clips"), 0o777, 0o755, "which everybody may change: it has mode 777"),
            (folder.path, 0o777, 0o755, "everybody may change: \(folder.path) has mode 777"),
        ] as [(String, mode_t, mode_t, String)] {
            chmod(item, bad)
            let found = try await check(path)
            #expect(found.code == 1 && found.errors.contains(words), "\(found.errors)")
            chmod(item, good)
        }
        chown(player, 0, 1)
        chmod(player, 0o775)
        #expect(
            try await check(path).errors.contains("which group daemon may change: it has mode 775, owner root:daemon")
        )
        chown(player, 1, 0)
        chmod(player, 0o755)
        #expect(try await check(path).errors.contains("which user daemon may change"))
    }

    @Test("A half-copied clip as the only one, or in a programme, is a mistake; beside good ones it is a warning")
    func clips() async throws {
        let whole = try clip("a.wav", seconds: 4)
        try whole.prefix(whole.count / 2).write(to: URL(filePath: folder.path("clips/half.wav")))
        unlink(folder.path("clips/a.wav"))
        let only = try await check(try configuration())
        #expect(only.code == 1)
        #expect(only.errors.contains("loudspeaker.clips: has \"half.wav\", which cannot be played: "), "\(only.errors)")
        _ = try clip("a.wav")
        let beside = try await check(try configuration())
        #expect(beside.code == 0 && beside.errors.contains("warning: loudspeaker.clips: has \"half.wav\""))
        let named = try await check(try configuration("[[programme]]\nname = \"p\"\nclips = [\"a.wav\", \"half.wav\"]"))
        #expect(
            named.code == 1 && named.errors.contains("programme[1].clips: has \"half.wav\", which cannot be played")
        )
    }

    @Test("A sound device that does not open is a warning: it may be plugged in later")
    func device() async throws {
        _ = try clip("a.wav")
        let path = try configuration()
        let text = try String(contentsOf: URL(filePath: path), encoding: .utf8).replacing(
            "\"null\"",
            with: "\"hw:CARD=Nothing\""
        )
        _ = try folder.write("patrold.toml", text, mode: 0o644)
        let found = try await check(path)
        #expect(found.code == 0, "\(found.errors)")
        #expect(found.errors.contains("warning: loudspeaker.device: is \"hw:CARD=Nothing\", which does not open: "))
    }

    @Test("A user that there is not, and a credential that root does not have, are named")
    func noSuchUser() async throws {
        let found = try await run("patrold", ["check", "--as", "no-such-user", try configuration()])
        #expect(
            found.code == 1
                && found.errors == "patrold: --as is \"no-such-user\"; allowed: a user of this system (getent passwd)\n"
        )
        let missing = try await check(
            try configuration(
                "[[upload]]\nname = \"s\"\nurl = \"http://a\"\ntoken_file = \"credential:no-such-token-here\""
            )
        )
        #expect(missing.code == 1)
        #expect(
            missing.errors.contains(
                "upload[1].token_file: names /etc/patrold/secrets/no-such-token-here, which cannot be read"
            )
        )
    }
}
