import Foundation
import Glibc
import Testing

@testable import PatrolConfiguration

@Suite("Files that a configuration names: who may change them, what they are")
struct FilePlaceTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "patrold-places-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        chmod(folder.path, 0o755)
    }

    private func file(_ name: String, _ text: String = "", mode: mode_t = 0o600) throws -> String {
        let path = folder.appending(path: name).path
        try Data(text.utf8).write(to: URL(filePath: path))
        chmod(path, mode)
        return path
    }

    private func problems(_ text: String) throws -> [String] {
        try Configuration.parse("vehicle = \"a\"\n" + text, path: "").fileProblems().map { "\($0)" }
    }

    /// Not in `deinit`: this is a value.
    private func clean() {
        // What cannot be removed lies in the system's folder for such things.
        try? FileManager.default.removeItem(at: folder)
    }

    @Test("What everybody may change is found, also above the file; a sticky folder above is none of it")
    func trust() throws {
        defer { clean() }
        let trust = FileTrust(owners: nil)
        let path = try file("player", mode: 0o755)
        #expect(trust.problem(of: path) == nil)
        chmod(path, 0o757)
        #expect(try #require(trust.problem(of: path)).contains("which everybody may change: it has mode 757, owner "))
        chmod(path, 0o755)
        chmod(folder.path, 0o777)
        let above = try #require(trust.problem(of: path))
        #expect(
            above.contains("everybody may change: \(folder.path) has mode 777")
                && above.contains("chmod 755 \(folder.path)")
        )
        chmod(folder.path, 0o1777)
        #expect(trust.problem(of: path) == nil)
        #expect(trust.problem(of: folder.path) != nil, "into a folder itself everybody may put something")
        chmod(folder.path, 0o755)
        #expect(trust.problem(of: folder.path + "/nothing") == nil, "what is not there is another check's")
    }

    @Test("A link leads no further than where it leads")
    func link() throws {
        defer { clean() }
        let open = folder.appending(path: "open").path
        #expect(mkdir(open, 0o700) == 0 && chmod(open, 0o777) == 0)
        let link = folder.appending(path: "link").path
        #expect(symlink(open, link) == 0)
        #expect(try #require(FileTrust(owners: nil).problem(of: link)).contains("everybody may change"))
    }

    @Test("For the service root's files and its own are right; a group's are not, unless it is root's")
    func owners() throws {
        defer { clean() }
        let path = try file("clips", mode: 0o664)
        let me = getuid()
        chown(path, me, 0)
        #expect(FileTrust(owners: [me, 0]).problem(of: path) == nil || getgid() != 0)
        #expect(try #require(FileTrust(owners: [me &+ 1]).problem(of: path)).contains("which user "))
        guard me == 0 else { return }
        chown(path, 0, 1)
        #expect(
            try #require(FileTrust(owners: [0]).problem(of: path)).contains(
                "which group daemon may change: it has mode 664"
            )
        )
        #expect(FileTrust(owners: nil).problem(of: path) == nil, "a developer's own group")
    }

    @Test("The journal's folder: a file, the kernel's own, one that cannot be made, memory")
    func journal() throws {
        defer { clean() }
        let path = try file("file")
        func found(_ folder: String) throws -> [String] {
            try Configuration.parse("vehicle = \"a\"\n[journal]\nfolder = \"\(folder)\"", path: "").journalProblems()
                .map { "\($0)" }
        }
        #expect(try found(path) == ["journal.folder: names \(path), which is not a folder"])
        #expect(try found("/proc/self")[0].contains("which lies in the kernel's own proc; allowed: a folder on a disk"))
        #expect(try found("/sys/x")[0].contains("the kernel's own"))
        #expect(try found(folder.path + "/a/b")[0].contains("the folder above it is not there"))
        #expect(try found(path + "/b")[0].contains("which is not a folder"))
        #expect(try found(folder.path).isEmpty && found(folder.path + "/new").isEmpty)
        if FileSystemKind(of: "/dev/shm")?.isMemory == true {
            #expect(try found("/dev/shm")[0].hasPrefix("warning: journal.folder: names /dev/shm, which is memory"))
        }
    }

    @Test("The light: no folder of a light")
    func light() throws {
        defer { clean() }
        let found = try problems("[light]\nled = \"/etc\"")
        #expect(
            found.count == 1 && found[0].contains("not the folder of a light") && found[0].contains("/sys/class/leds")
        )
    }

    @Test(
        "A token's file that holds none is named, and what it holds is not shown",
        arguments: [
            ("", "is empty"), ("\n", "is empty"), ("planted\nsecret", "one line with the token"), ("a b", "one line"),
        ]
    )
    func token(text: String, words: String) throws {
        defer { clean() }
        let path = try file("token", text)
        let found = try problems("[[upload]]\nname = \"s\"\nurl = \"http://a\"\ntoken_file = \"\(path)\"")
        #expect(
            found.count == 1 && found[0].hasPrefix("upload[1].token_file: ") && found[0].contains(words),
            "\(found)"
        )
        #expect(!found[0].contains("planted") && !found[0].contains("secret"))
    }

    @Test("A token that a group may read is a warning, one that everybody may read a mistake, one with a mark is fine")
    func tokenMode() throws {
        defer { clean() }
        let path = try file("token", "\u{FEFF}secret\r\n", mode: 0o600)
        let upload = "[[upload]]\nname = \"s\"\nurl = \"http://a\"\ntoken_file = \"\(path)\""
        #expect(try problems(upload).isEmpty)
        chmod(path, 0o644)
        let open = try problems(upload)
        #expect(open.count == 1 && open[0].contains("which everybody on this cart may use: it has mode 644"))
        #expect(open[0].contains("allowed: 600 (chmod 600 \(path))"))
        chmod(path, 0o640)
        guard getuid() == 0 else { return }
        chown(path, 0, 1)
        let group = try problems(upload)
        #expect(
            group.count == 1
                && group[0].hasPrefix("warning: upload[1].token_file: names \(path), which group daemon may use")
        )
    }

    @Test("A CA file without a certificate; one that is a folder; a device that is not there now")
    func others() throws {
        defer { clean() }
        let path = try file("ca.pem", "no certificate")
        func upload(_ path: String) -> String { "[[upload]]\nname = \"s\"\nurl = \"https://a\"\nca_file = \"\(path)\"" }
        #expect(
            try problems(upload(path))[0].contains(
                "upload[1].ca_file: the CA file \(path) holds no certificate in PEM form"
            )
        )
        #expect(try problems(upload(folder.path))[0].contains("which is a folder; allowed: a file"))
        #expect(
            try problems("[gps]\ndevice = \"/dev/ttyNone7\"") == [
                "warning: gps.device: names /dev/ttyNone7, which is not there now: is the receiver plugged in?"
            ]
        )
    }

    @Test("Credentials: where a value leads, with a service manager and without")
    func credentials() {
        #expect(Credential.path(of: "credential:token", folder: "/run/c") == "/run/c/secrets_token")
        #expect(Credential.path(of: "credential:token", folder: nil) == "/etc/patrold/secrets/token")
        #expect(Credential.path(of: "/etc/token", folder: "/run/c") == "/etc/token")
        for name in ["token", "cart.key", "A-1_b"] { #expect(Credential.isName(name)) }
        for name in ["", ".hidden", "a/b", "..", "a b", "é", String(repeating: "a", count: 65)] {
            #expect(!Credential.isName(name))
        }
    }

    @Test("What the unit hides and forbids is said for the unit's user only")
    func unit() throws {
        defer { clean() }
        let configuration = try Configuration.parse(
            """
            vehicle = "a"
            [journal]
            folder = "/data/journal"
            [control]
            socket = "/var/x.sock"
            [loudspeaker]
            clips = "/home/pi/clips"
            """,
            path: ""
        )
        #expect(configuration.unitProblems(nil).isEmpty)
        let nobody = try ServiceUser(name: "nobody")
        #expect(configuration.unitProblems(nobody).isEmpty)
        let found = configuration.unitProblems(ServiceUser(name: ServiceUser.standardName, userID: 0, groupIDs: [0]))
            .map { "\($0)" }
        #expect(found.count == 3, "\(found)")
        #expect(
            found.contains { $0.contains("loudspeaker.clips: names /home/pi/clips, which the service does not see") }
        )
        #expect(found.contains { $0.contains("journal.folder: names /data/journal, where the service cannot write") })
        #expect(found.contains { $0.contains("control.socket: names /var/x.sock") })
    }

    @Test("A user that does not exist is named")
    func noUser() {
        #expect(throws: ServiceUser.Failure.self) { try ServiceUser(name: "no-such-user") }
    }
}
