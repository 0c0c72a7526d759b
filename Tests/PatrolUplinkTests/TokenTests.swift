import Foundation
import PatrolCore
import PatrolUplink
import PatrolWire
import Testing

@Suite("The cart's token")
struct TokenTests {
    private let batch: BatchContent

    init() throws {
        batch = try TestBatch.events(1...2)
    }

    @Test("The token is read anew for each attempt, without the line's end")
    func rotation() async throws {
        let folder = try TestFolder()
        let file = try folder.write("token", "first-token\n")
        try await withUplink([.acknowledged(events: 2, positions: 0)], configure: { $0.tokenFile = file }) {
            uplink,
            receiver in
            _ = await uplink.send(batch)
            try folder.write("token", "second.token~+/=\r\n", mode: 0o640)
            _ = await uplink.send(batch)
            let headers = receiver.requests.map { $0.header("Authorization") }
            #expect(headers == ["Bearer first-token", "Bearer second.token~+/="])
        }
    }

    @Test("A byte order mark before the token is none of it; UTF-16 is named")
    func mark() async throws {
        let folder = try TestFolder()
        let file = try folder.write("token", "\u{FEFF}first-token\n")
        try await withUplink([.acknowledged(events: 2, positions: 0)], configure: { $0.tokenFile = file }) {
            uplink,
            receiver in
            _ = await uplink.send(batch)
            #expect(receiver.requests.map { $0.header("Authorization") } == ["Bearer first-token"])
            try Data([0xFF, 0xFE, 0x61, 0]).write(to: URL(filePath: file))
            let outcome = await uplink.send(batch).outcome
            #expect(outcome.isHeld && outcome.reason?.contains("is text in UTF-16; allowed: UTF-8") == true)
        }
    }

    @Test(
        "What says the token back is shown without it",
        arguments: [401, 404, 400, 503, 302, 200],
        ["application/json", "text/html", "text/plain"]
    )
    func echo(status: Int, type: String) async throws {
        let folder = try TestFolder()
        let token = "planted-secret-token"
        let file = try folder.write("token", token)
        let said = "you said Bearer \(token)" + String(repeating: ".", count: 160) + token
        let body =
            type == "application/json"
            ? #"{"error":{"code":"x","message":"\#(said)","hint":"\#(token)"}}"# : "<p>\(said)</p>"
        let headers = [("Content-Type", type), ("Server", token), ("Location", "http://\(token).example/\(token)")]
        let answer = TestReceiver.Answer.reply(status, headers: headers, body: body)
        try await withUplink([answer], configure: { $0.tokenFile = file }) { uplink, receiver in
            let reason = try #require(await uplink.send(batch).outcome.reason)
            #expect(receiver.requests.count == 1)
            #expect(!reason.contains("planted"), "\(reason)")
        }
    }

    @Test(
        "A file that others may read or change is refused, and told how to mend it",
        arguments: [0o644, 0o604, 0o602, 0o601, 0o646, 0o777]
    )
    func permissions(mode: Int) async throws {
        let folder = try TestFolder()
        let file = try folder.write("token", "secret-token", mode: mode)
        try await withUplink([.acknowledged(events: 2, positions: 0)], configure: { $0.tokenFile = file }) {
            uplink,
            receiver in
            let outcome = await uplink.send(batch).outcome
            #expect(outcome.isHeld)
            let reason = try #require(outcome.reason)
            #expect(reason.contains(file) && reason.contains(String(mode, radix: 8)) && reason.contains("chmod"))
            #expect(receiver.connections == 0, "nothing is sent without it")
            try folder.write("token", "secret-token", mode: 0o600)
            #expect(await uplink.send(batch).outcome.reason == nil, "once it is mended, no restart is needed")
        }
    }

    @Test(
        "A file that holds no token is named, and its contents are not",
        arguments: [
            "", "\n", "\r\n\n", "secret token", "secret\ntoken", "sécret", "secret\u{0}", "secret\u{7F}",
            String(repeating: "s", count: 4097),
        ]
    )
    func contents(text: String) async throws {
        let folder = try TestFolder()
        let file = try folder.write("token", text)
        try await withUplink([.acknowledged(events: 2, positions: 0)], configure: { $0.tokenFile = file }) {
            uplink,
            receiver in
            let outcome = await uplink.send(batch).outcome
            #expect(outcome.isHeld && outcome.reason?.contains(file) == true)
            #expect(outcome.reason?.contains("secret") == false)
            #expect(receiver.connections == 0)
        }
    }

    @Test("A file that is not there, or is a folder or a pipe, does not stop anything but this destination")
    func missing() async throws {
        let folder = try TestFolder()
        let pipe = folder.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        for (file, words) in [
            (folder.path + "/none", "no such file"), (folder.path, "not a regular file"),
            (pipe, "not a regular file"),
        ] {
            try await withUplink([.acknowledged(events: 2, positions: 0)], configure: { $0.tokenFile = file }) {
                uplink,
                _ in
                let outcome = await uplink.send(batch).outcome
                #expect(outcome.isHeld)
                let reason = try #require(outcome.reason)
                #expect(reason.contains(file) && reason.contains(words), "\(reason)")
            }
        }
    }
}
