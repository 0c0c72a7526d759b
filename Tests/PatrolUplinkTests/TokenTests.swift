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
