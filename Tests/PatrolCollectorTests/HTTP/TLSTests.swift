import AsyncHTTPClient
import Foundation
import NIOSSL
import PatrolCore
import PatrolWire
import Testing

@testable import PatrolCollector

@Suite("TLS")
struct TLSTests {
    /// A certificate for 127.0.0.1 that is its own authority, and its key.
    private static func makeCertificate(in folder: TemporaryFolder) throws -> CollectorOptions.TLSFiles {
        let files = CollectorOptions.TLSFiles(
            certificateFile: "\(folder.path)/certificate.pem",
            keyFile: "\(folder.path)/key.pem"
        )
        let openssl = Process()
        openssl.executableURL = URL(filePath: "/usr/bin/env")
        openssl.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2",
            "-subj", "/CN=station", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", files.keyFile,
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

    /// A station that is asked over TLS by a client of its own.
    private static func withClient(
        trusting roots: NIOSSLTrustRoots,
        _ station: TestStation,
        _ body: (TestStation) async throws -> TestStation.Answer
    ) async throws -> TestStation.Answer {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = roots
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
}
