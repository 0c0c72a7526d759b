import Foundation
import Testing

/// A real nginx in front of the collector, with ports of its own on the loopback interface.
final class Proxy {
    static let program = ["/usr/sbin/nginx", "/usr/bin/nginx"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// TLS, with a certificate for 127.0.0.1 of its own making; leads to the collector.
    let tlsPort: Int
    let certificateFile: String
    /// What the other ports answer, by name.
    let ports: [String: Int]

    private let nginx: Program

    /// - Parameter answers: nginx directives for one port each, by name.
    init(_ folder: TemporaryFolder, collectorPort: Int, answers: [String: String] = [:]) async throws {
        tlsPort = try freePort()
        let ports = try answers.mapValues { _ in try freePort() }
        self.ports = ports
        certificateFile = folder.path("proxy.pem")
        let made = try await run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
                "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder.path("proxy.key"),
                "-out", certificateFile,
            ]
        )
        guard made.code == 0 else { throw Failure(made.errors) }
        let servers = answers.map { name, directives in
            "server { listen 127.0.0.1:\(ports[name] ?? 0); \(directives) }"
        }
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(folder.path("nginx-\($0)"));" }.joined(separator: "\n")
        let configuration = try folder.write(
            "nginx.conf",
            """
            daemon off;
            master_process off;
            pid \(folder.path("nginx.pid"));
            error_log stderr;
            events { worker_connections 64; }
            http {
                access_log off;
                \(temporary)
                server {
                    listen 127.0.0.1:\(tlsPort) ssl;
                    ssl_certificate \(certificateFile);
                    ssl_certificate_key \(folder.path("proxy.key"));
                    location / { proxy_pass http://127.0.0.1:\(collectorPort); }
                }
                \(servers.joined(separator: "\n"))
            }

            """
        )
        nginx = try Program(try #require(Self.program), ["-c", configuration], log: folder.path("nginx.log"))
        let all = [tlsPort] + ports.values
        try await eventually("nginx listens", within: 10) { all.allSatisfy(canConnect) }
    }
}
