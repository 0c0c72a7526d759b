import AsyncHTTPClient
import Foundation
import NIOSSL
import PatrolCore
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("TLS")
struct TLSTests {
    /// A certificate that is its own authority, and its key.
    private static func makeCertificate(
        in folder: TemporaryFolder,
        _ name: String = "",
        for subject: String = "IP:127.0.0.1",
        days: Int = 30
    ) throws -> CollectorOptions.TLSFiles {
        let files = CollectorOptions.TLSFiles(
            certificateFile: "\(folder.path)/certificate\(name).pem",
            keyFile: "\(folder.path)/key\(name).pem"
        )
        let openssl = Process()
        openssl.executableURL = URL(filePath: "/usr/bin/env")
        openssl.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "\(days)", "-subj", "/CN=station", "-addext", "subjectAltName=\(subject)", "-keyout", files.keyFile,
            "-out", files.certificateFile,
        ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        try #require(openssl.terminationStatus == 0, "openssl failed")
        return files
    }

    @Test("A cart that trusts the station's certificate delivers; one that does not, and one without TLS, cannot")
    func delivery() async throws {
        try await TemporaryFolder.with { certificates in
            let files = try Self.makeCertificate(in: certificates)
            try await TestStation.with(adjust: { options, _ in options.tls = files }) { station in
                let batch = try Samples.batch(positions: 1...10)
                await #expect(throws: HTTPClientError.self) { try await station.post(batch) }
                await #expect(throws: NIOSSLError.self) {
                    try await Self.withClient(trusting: .default, station) { try await $0.post(batch) }
                }
                let roots = NIOSSLTrustRoots.file(files.certificateFile)
                let answer = try await Self.withClient(trusting: roots, station) { try await $0.post(batch) }
                #expect(answer.acknowledged?["positions"] == 10)
            }
        }
    }

    @Test("A handshake that stops half way does not hold up a stop")
    func halfHandshake() async throws {
        try await TemporaryFolder.with { certificates in
            let files = try Self.makeCertificate(in: certificates)
            let (client, began) = try await TestStation.with(adjust: { options, _ in options.tls = files }) { station in
                let client = try RawConnection(port: try station.port)
                client.send("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}")
                let roots = NIOSSLTrustRoots.file(files.certificateFile)
                _ = try await Self.withClient(trusting: roots, station) { try await $0.get("/v1/health") }
                return (client, ContinuousClock.now)
            }
            #expect(ContinuousClock.now - began < .seconds(5))
            _ = client
        }
    }

    /// A station that is asked over TLS by a client of its own.
    private static func withClient(
        trusting roots: NIOSSLTrustRoots,
        showing own: CollectorOptions.TLSFiles? = nil,
        _ station: TestStation,
        _ body: (TestStation) async throws -> TestStation.Answer
    ) async throws -> TestStation.Answer {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = roots
        if let own {
            tls.certificateChain = try NIOSSLCertificate.fromPEMFile(own.certificateFile).map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: own.keyFile, format: .pem))
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        // A handshake that fails would otherwise be tried again until the request's deadline.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(configuration: configuration)
        var station = station
        station.scheme = "https"
        station.client = client
        do {
            let answer = try await body(station)
            try await client.shutdown()
            return answer
        } catch {
            try await client.shutdown()
            throw error
        }
    }

    @Test("A certificate or key that cannot be used is named at the start")
    func unusable() async throws {
        try await TemporaryFolder.with { folder in
            let files = try Self.makeCertificate(in: folder)
            let text = try folder.write("no PEM", to: "text")
            let cases = [
                ("\(folder.path)/missing", files.keyFile, "missing"), (files.certificateFile, text, text),
                (text, files.keyFile, text), (files.certificateFile, "\(folder.path)/gone", "gone"),
            ]
            for (certificate, key, word) in cases {
                let error = try await #require(throws: CollectorError.self) {
                    try await TestStation.with(adjust: { options, _ in
                        options.tls = CollectorOptions.TLSFiles(certificateFile: certificate, keyFile: key)
                    }) { _ in }
                }
                #expect(error.description.contains(word))
            }
        }
    }

    @Test(
        "A replaced certificate counts for the next connection; one that cannot be used leaves the last one, and shows"
    )
    func replaced() async throws {
        try await TemporaryFolder.with { folder in
            let files = try Self.makeCertificate(in: folder)
            let new = try Self.makeCertificate(in: folder, "2")
            let (oldRoots, newRoots) = (folder.path + "/old.pem", NIOSSLTrustRoots.file(new.certificateFile))
            try FileManager.default.copyItem(atPath: files.certificateFile, toPath: oldRoots)
            @Sendable func replace(_ from: String, _ to: String) throws {
                try FileManager.default.removeItem(atPath: to)
                try FileManager.default.copyItem(atPath: from, toPath: to)
            }
            try await TestStation.with(adjust: { options, _ in options.tls = files }) { station in
                func health(_ roots: NIOSSLTrustRoots) async throws -> TestStation.Answer {
                    try await Self.withClient(trusting: roots, station) { try await $0.get("/v1/health") }
                }
                #expect(try await health(.file(oldRoots)).status == 200)
                try replace(new.certificateFile, files.certificateFile)
                let half = try await health(.file(oldRoots))
                #expect(half.status == 503 && half.text.contains("is not the key of the certificate"))
                try replace(new.keyFile, files.keyFile)
                #expect(try await health(newRoots).status == 200)
                await #expect(throws: NIOSSLError.self) { try await health(.file(oldRoots)) }
                try "gone".write(toFile: files.certificateFile, atomically: false, encoding: .utf8)
                let broken = try await health(newRoots)
                #expect(broken.status == 503 && broken.text.contains("holds no certificate"))
            }
        }
    }

    @Test("A certificate that ends within two weeks shows in health")
    func ends() async throws {
        try await TemporaryFolder.with { folder in
            let files = try Self.makeCertificate(in: folder, days: 10)
            try await TestStation.with(adjust: { options, _ in options.tls = files }) { station in
                let roots = NIOSSLTrustRoots.file(files.certificateFile)
                let health = try await Self.withClient(trusting: roots, station) { try await $0.get("/v1/health") }
                #expect(health.status == 503 && health.text.contains("the certificate ends at 20"))
            }
        }
    }

    @Test("With --client-ca nobody is connected without a certificate of it, and its name must be the vehicle's")
    func clientCertificates() async throws {
        try await TemporaryFolder.with { folder in
            let station = try Self.makeCertificate(in: folder)
            let cart = try Self.makeCertificate(in: folder, "-cart", for: "DNS:cart-01,DNS:spare")
            let other = try Self.makeCertificate(in: folder, "-other", for: "DNS:cart-02")
            let stranger = try Self.makeCertificate(in: folder, "-stranger", for: "DNS:cart-01")
            let authorities = try [cart, other].map { try String(contentsOfFile: $0.certificateFile, encoding: .utf8) }
            let files = CollectorOptions.TLSFiles(
                certificateFile: station.certificateFile,
                keyFile: station.keyFile,
                clientAuthorityFile: try folder.write(authorities.joined(), to: "authorities")
            )
            try await TestStation.with(adjust: { options, _ in options.tls = files }) { station in
                let batch = try Samples.batch(positions: 1...3)
                func post(_ own: CollectorOptions.TLSFiles?) async throws -> TestStation.Answer {
                    let roots = NIOSSLTrustRoots.file(files.certificateFile)
                    return try await Self.withClient(trusting: roots, showing: own, station) {
                        try await $0.post(batch)
                    }
                }
                #expect(try await post(cart).acknowledged?["positions"] == 3)
                let wrong = try await post(other)
                #expect(wrong.status == 403 && wrong.errorCode == "wrong_vehicle" && wrong.text.contains("cart-02"))
                await #expect(throws: (any Error).self) { try await post(nil) }
                await #expect(throws: (any Error).self) { try await post(stranger) }
            }
        }
    }

    @Test("A key with a passphrase, an authority without a certificate and a mark at the beginning")
    func careless() async throws {
        try await TemporaryFolder.with { folder in
            let files = try Self.makeCertificate(in: folder)
            let text = try folder.write("no PEM", to: "text")
            let locked = try folder.write("-----BEGIN ENCRYPTED PRIVATE KEY-----\n", to: "locked")
            for (key, authority, words) in [
                (locked, nil, "with a passphrase"), (files.keyFile, text, "holds no certificate"),
            ] {
                let error = try await #require(throws: CollectorError.self) {
                    try await TestStation.with(adjust: { options, _ in
                        options.tls = CollectorOptions.TLSFiles(
                            certificateFile: files.certificateFile,
                            keyFile: key,
                            clientAuthorityFile: authority
                        )
                    }) { _ in }
                }
                #expect(error.description.contains(words))
            }
            let roots = NIOSSLTrustRoots.certificates(try NIOSSLCertificate.fromPEMFile(files.certificateFile))
            for file in files.all {
                let marked = "\u{FEFF}" + (try String(contentsOfFile: file, encoding: .utf8))
                try marked.write(toFile: file, atomically: false, encoding: .utf8)
            }
            try await TestStation.with(adjust: { options, _ in options.tls = files }) { station in
                let health = try await Self.withClient(trusting: roots, station) { try await $0.get("/v1/health") }
                #expect(health.status == 200)
            }
        }
    }
}
