import Foundation
import PatrolCore
import PatrolUplink
import PatrolWire
import Testing

@Suite("TLS", .enabled(if: TestAuthority.isOpenSSLThere, "openssl is not installed: apt-get install openssl"))
struct TLSTests {
    private let batch: BatchContent
    private let accepted = TestReceiver.Answer.acknowledged(events: 2, positions: 0)
    private let folder: TestFolder
    private let station: TestAuthority

    init() throws {
        batch = try TestBatch.events(1...2)
        folder = try TestFolder()
        station = try TestAuthority("station", in: folder)
    }

    @Test(
        "A receiver of the pinned authority is trusted, by name and by address",
        arguments: ["localhost", "127.0.0.1"]
    )
    func pinned(host: String) async throws {
        let identity = try station.issue("server", names: "DNS:localhost,IP:127.0.0.1")
        try await withUplink(
            [accepted],
            scheme: "https",
            host: host,
            tls: try identity.server(),
            configure: { $0.certificateAuthorityFile = station.certificateFile }
        ) { uplink, receiver in
            for _ in 0..<2 { #expect(await uplink.send(batch).outcome.reason == nil) }
            #expect(receiver.connections == 1, "the same files keep the connection")
        }
    }

    @Test("Another authority's receiver gets nothing", arguments: [true, false])
    func otherAuthority(isPinned: Bool) async throws {
        let impostor = try TestAuthority("impostor", in: folder)
        let identity = try impostor.issue("server", names: "DNS:localhost")
        try await withUplink(
            [accepted],
            scheme: "https",
            host: "localhost",
            tls: try identity.server(),
            configure: { $0.certificateAuthorityFile = isPinned ? station.certificateFile : nil }
        ) { uplink, receiver in
            let receipt = await uplink.send(batch)
            #expect(receipt.outcome.isRetryLater, "\(receipt.outcome)")
            #expect(receipt.outcome.reason?.contains("certificate not trusted") == true, "\(receipt.outcome)")
            #expect(receipt.outcome.reason?.contains(/this cart's date, which is \d{4}-\d\d-\d\d$/) == true)
            #expect(receipt.outcome.reason?.contains("localhost:\(receiver.port)") == true)
            #expect(receiver.requests.isEmpty)
            #expect(receipt.bytesOnWire == 0)
        }
    }

    @Test(
        "A certificate for another name gets nothing",
        arguments: [
            ("localhost", "DNS:elsewhere.example"), ("127.0.0.1", "DNS:localhost,IP:127.0.0.2"),
        ]
    )
    func otherName(host: String, names: String) async throws {
        let identity = try station.issue("server", names: names)
        try await withUplink(
            [accepted],
            scheme: "https",
            host: host,
            tls: try identity.server(),
            configure: { $0.certificateAuthorityFile = station.certificateFile }
        ) { uplink, receiver in
            let outcome = await uplink.send(batch).outcome
            #expect(outcome.isRetryLater && outcome.reason?.contains("another name") == true, "\(outcome)")
            #expect(receiver.requests.isEmpty)
        }
    }

    @Test("A receiver that asks for a client certificate gets the cart's; without one it is held")
    func clientCertificate() async throws {
        let identity = try station.issue("server", names: "DNS:localhost")
        let carts = try TestAuthority("carts", in: folder)
        let cart = try carts.issue("cart-01", names: "DNS:cart-01")
        let stranger = try station.issue("stranger", names: "DNS:cart-01")
        let server = try identity.server(clientAuthority: carts.certificateFile)
        for (shown, words) in [(cart, nil), (stranger, "does not accept"), (nil, "asks for a client certificate")]
            as [(
                TestAuthority.Identity?, String?
            )]
        {
            try await withUplink(
                [accepted],
                scheme: "https",
                host: "localhost",
                tls: server,
                configure: {
                    $0.certificateAuthorityFile = station.certificateFile
                    $0.clientCertificateFile = shown?.certificateFile
                    $0.clientKeyFile = shown?.keyFile
                }
            ) { uplink, receiver in
                let outcome = await uplink.send(batch).outcome
                if let words {
                    #expect(outcome.isHeld && outcome.reason?.contains(words) == true, "\(outcome)")
                    #expect(receiver.requests.isEmpty)
                } else {
                    #expect(outcome.reason == nil)
                }
            }
        }
    }

    @Test("A renewed authority file is used without a restart")
    func renewal() async throws {
        let next = try TestAuthority("next", in: folder)
        let identity = try next.issue("server", names: "DNS:localhost")
        let pinned = folder.path + "/pinned.pem"
        try FileManager.default.copyItem(atPath: station.certificateFile, toPath: pinned)
        try await withUplink(
            [accepted],
            scheme: "https",
            host: "localhost",
            tls: try identity.server(),
            configure: { $0.certificateAuthorityFile = pinned }
        ) { uplink, _ in
            #expect(await uplink.send(batch).outcome.isRetryLater)
            let both =
                try String(contentsOfFile: station.certificateFile, encoding: .utf8)
                + String(contentsOfFile: next.certificateFile, encoding: .utf8)
            try folder.write("pinned.pem", both)
            #expect(await uplink.send(batch).outcome.reason == nil)
        }
    }

    @Test("Files that are not what they should be are named")
    func badFiles() async throws {
        let cart = try station.issue("cart", names: "DNS:cart")
        let other = try station.issue("other", names: "DNS:other")
        let nonsense = try folder.write("nonsense.pem", "nonsense")
        let openKey = try folder.write(
            "open.key",
            try String(contentsOfFile: cart.keyFile, encoding: .utf8),
            mode: 0o644
        )
        let cases: [(ca: String?, certificate: String?, key: String?, words: [String])] = [
            ("/nowhere/ca.pem", nil, nil, ["CA file /nowhere/ca.pem", "no such file"]),
            (nonsense, nil, nil, ["CA file \(nonsense)", "no certificate"]),
            (nil, nonsense, cart.keyFile, ["client certificate \(nonsense)", "no certificate"]),
            (nil, cart.certificateFile, nonsense, ["client key \(nonsense)", "no private key"]),
            (nil, cart.certificateFile, openKey, ["client key \(openKey)", "644"]),
            (nil, cart.certificateFile, other.keyFile, [other.keyFile, "does not belong", cart.certificateFile]),
        ]
        for (ca, certificate, key, words) in cases {
            try await withUplink(
                [accepted],
                scheme: "https",
                host: "localhost",
                configure: {
                    $0.certificateAuthorityFile = ca
                    $0.clientCertificateFile = certificate
                    $0.clientKeyFile = key
                }
            ) { uplink, receiver in
                let outcome = await uplink.send(batch).outcome
                #expect(outcome.isHeld, "\(outcome)")
                for word in words { #expect(outcome.reason?.contains(word) == true, "\(word): \(outcome)") }
                #expect(receiver.connections == 0)
            }
        }
    }

    @Test("https to a plain port, a silent port, and http to a TLS port: a reason each, in bounded time")
    func wrongScheme() async throws {
        let identity = try station.issue("server", names: "DNS:localhost")
        try await withUplink([.bytes("HTTP/1.1 400 Bad Request\r\n\r\n")], scheme: "https", host: "localhost") {
            uplink,
            _ in
            let outcome = await uplink.send(batch).outcome
            #expect(outcome.isRetryLater && outcome.reason?.contains("TLS") == true, "\(outcome)")
        }
        try await withUplink(
            [],
            scheme: "https",
            host: "localhost",
            isMute: true,
            configure: { $0.connectTimeout = .milliseconds(300) }
        ) { uplink, _ in
            let outcome = await uplink.send(batch).outcome
            #expect(outcome.isRetryLater && outcome.reason?.contains("within 0.3 s") == true, "\(outcome)")
        }
        try await withUplink([accepted], host: "localhost", tls: try identity.server()) { uplink, _ in
            let outcome = await uplink.send(batch).outcome
            #expect(outcome.isRetryLater, "\(outcome)")
        }
    }
}
