import Glibc
import Testing

@testable import PatrolCollector

@Suite("Who may read without a token")
struct ReaderTests {
    /// Fields of a request from loopback, and whether it may read.
    private static let table: [(fields: String, version: String, status: String)] = [
        ("Host: localhost", "1.1", "200"), ("Host: 127.0.0.1:8080", "1.1", "200"), ("Host: [::1]", "1.1", "200"),
        ("Host: station.lan", "1.1", "200"), ("Host: STATION.lan.:443", "1.1", "200"),
        ("Host: evil.example", "1.1", "403"), ("Host: localhost.evil.example", "1.1", "403"), ("Host:", "1.1", "403"),
        ("Host: localhost\r\nX-Forwarded-For: 192.0.2.1", "1.1", "403"),
        ("Host: localhost\r\nx-forwarded-proto: https", "1.1", "403"),
        ("Host: localhost\r\nForwarded: for=192.0.2.1", "1.1", "403"),
        ("Host: localhost\r\nVia: 1.1 proxy", "1.1", "403"), ("Host: localhost\r\nX-Real-IP: 127.0.0.1", "1.1", "403"),
        ("Host: localhost\r\nCF-Connecting-IP: 127.0.0.1", "1.1", "403"),
        ("Host: localhost\r\nTrue-Client-IP: 127.0.0.1", "1.1", "403"),
        ("Host: localhost\r\nForwarded-For: 192.0.2.1", "1.1", "403"),
        ("Host: localhost\r\nX-Forwarded: for=192.0.2.1", "1.1", "403"),
        ("Host: localhost\r\nX-Original-Forwarded-For: 192.0.2.1", "1.1", "403"),
        ("Host: localhost\r\nX-Envoy-External-Address: 192.0.2.1", "1.1", "403"),
        // What a browser says of the page that asks.
        ("Host: localhost\r\nSec-Fetch-Site: cross-site", "1.1", "403"),
        ("Host: localhost\r\nSec-Fetch-Site: none", "1.1", "200"),
        ("Host: localhost\r\nSec-Fetch-Site: same-origin\r\nOrigin: http://localhost:8080", "1.1", "200"),
        ("Host: localhost\r\nOrigin: http://evil.example", "1.1", "403"),
        ("Host: localhost\r\nOrigin: http://localhost.evil.example", "1.1", "403"),
        ("Host: localhost\r\nOrigin: null", "1.1", "403"), ("Host: localhost\r\nOrigin: localhost", "1.1", "403"),
        ("Host: localhost\r\nOrigin: https://station.lan", "1.1", "200"),
        // As nginx forwards where it is told no more than where to.
        ("Host: 127.0.0.1:8080", "1.0", "403"), ("X: y", "1.0", "403"),
    ]

    @Test("A name that is not this machine's, a proxy's sign, and HTTP/1.0 are not local")
    func readers() async throws {
        try await TestStation.with(adjust: { options, _ in options.hosts = ["station.lan"] }) { station in
            let port = try #require(station.address.split(separator: ":").last.flatMap { UInt16($0) })
            func status(_ path: String, _ fields: String, _ version: String) async throws -> (String, String) {
                let request = "GET \(path) HTTP/\(version)\r\n\(fields)\r\nConnection: close\r\n\r\n"
                let answer = try await rawExchange(port, request)
                return (String(answer.dropFirst(9).prefix(3)), answer)
            }
            for (fields, version, expected) in Self.table {
                let (vehicles, words) = try await status("/v1/vehicles", fields, version)
                #expect(vehicles == expected, "\(fields)")
                #expect(expected == "200" || words.contains("--operator-token-file"))
                for path in ["/v1/vehicles/x/track", "/v1/vehicles/x/events"] {
                    let (answered, _) = try await status(path, fields, version)
                    #expect(answered == (expected == "200" ? "404" : expected), "\(path) \(fields)")
                }
                #expect(try await status("/v1/health", fields, version).0 == "200", "health holds no positions")
            }
        }
    }

    /// A target, the field Host, and the status: RFC 9112, section 3.2.2.
    private static let targets: [(target: String, host: String, status: String)] = [
        ("http://localhost/v1/vehicles", "localhost", "200"), ("http://LOCALHOST:80/v1/vehicles", "localhost", "200"),
        ("http://evil/v1/vehicles", "localhost", "403"), ("http://evil/v1/vehicles", "evil", "403"),
        ("http://localhost/v1/vehicles", "evil", "403"), ("http://localhost@evil/v1/vehicles", "localhost", "403"),
        ("http://evil#@localhost/v1/vehicles", "localhost", "400"), ("http:///v1/vehicles", "localhost", "403"),
        ("http://127.0.0.1/v1/vehicles", "localhost", "400"), ("http://evil/v1/health", "localhost", "200"),
    ]

    @Test("The host in the first line counts, and must be that of the field")
    func absolute() async throws {
        try await TestStation.with { station in
            for (target, host, status) in Self.targets {
                let request = "GET \(target) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n"
                let answer = try await rawExchange(try station.port, request)
                #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(target) \(host): \(answer)")
            }
        }
    }
}
