import Foundation
import NIOSSL

/// A certificate authority of a test's own, made by openssl.
struct TestAuthority {
    /// A certificate and its key.
    struct Identity {
        let certificateFile: String
        let keyFile: String

        /// The configuration of a server with this identity.
        func server(clientAuthority: String? = nil) throws -> TLSConfiguration {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(certificateFile).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: keyFile, format: .pem))
            )
            if let clientAuthority {
                configuration.trustRoots = .file(clientAuthority)
                configuration.certificateVerification = .noHostnameVerification
            }
            return configuration
        }
    }

    /// Without the program there is nothing to make certificates with.
    static var isOpenSSLThere: Bool { FileManager.default.isExecutableFile(atPath: openssl) }

    private static let openssl = "/usr/bin/openssl"

    /// The authority's own certificate.
    let certificateFile: String
    private let keyFile: String
    private let folder: TestFolder
    private let name: String

    init(_ name: String, in folder: TestFolder) throws {
        self.name = name
        self.folder = folder
        certificateFile = "\(folder.path)/\(name).crt"
        keyFile = "\(folder.path)/\(name).key"
        try Self.run([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=\(name)", "-keyout", keyFile, "-out", certificateFile,
        ])
    }

    /// A certificate of this authority.
    /// - Parameter names: as in `subjectAltName`, for example `DNS:localhost`.
    func issue(_ subject: String, names: String) throws -> Identity {
        let base = "\(folder.path)/\(name)-\(subject)"
        let extensions = try folder.write("\(name)-\(subject).ext", "subjectAltName=\(names)\n")
        try Self.run([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(subject)",
            "-keyout", base + ".key", "-out", base + ".csr",
        ])
        try Self.run([
            "x509", "-req", "-days", "2", "-in", base + ".csr", "-CA", certificateFile, "-CAkey", keyFile,
            "-set_serial", "\(Int.random(in: 1...Int(Int32.max)))", "-extfile", extensions, "-out", base + ".crt",
        ])
        return Identity(certificateFile: base + ".crt", keyFile: base + ".key")
    }

    private struct Failure: Error {
        let output: String
    }

    private static func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: openssl)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(output: String(decoding: text, as: UTF8.self)) }
    }
}
