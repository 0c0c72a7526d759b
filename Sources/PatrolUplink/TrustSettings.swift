import NIOSSL
import PatrolSystem
import Synchronization

/// Whom the uplink trusts and as whom it appears, from files that may be renewed at any time.
final class TrustSettings: Sendable {
    private static let maximumBytes = 1 << 20

    /// What lay in the files, and what was made of it. The same value for the same contents keeps the connection.
    private struct Loaded {
        let authority: [UInt8]?
        let certificate: [UInt8]?
        let key: [UInt8]?
        let configuration: TLSConfiguration
    }

    private let authorityFile: String?
    private let certificateFile: String?
    private let keyFile: String?
    private let loaded = Mutex<Loaded?>(nil)

    init(authorityFile: String?, certificateFile: String?, keyFile: String?) {
        self.authorityFile = authorityFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }

    /// The TLS configuration for the next attempt.
    func current() throws(LocalProblem) -> TLSConfiguration {
        let authority = try read(authorityFile, "CA file", .anyone)
        let certificate = try read(certificateFile, "client certificate", .anyone)
        let key = try read(keyFile, "client key", .ownerAndGroup)
        return try loaded.withLock { loaded throws(LocalProblem) in
            if let loaded, loaded.authority == authority, loaded.certificate == certificate, loaded.key == key {
                return loaded.configuration
            }
            let configuration = try configuration(authority, certificate, key)
            loaded = Loaded(
                authority: authority,
                certificate: certificate,
                key: key,
                configuration: configuration
            )
            return configuration
        }
    }

    private func read(
        _ path: String?,
        _ what: String,
        _ readers: SmallFile.Readers
    ) throws(LocalProblem) -> [UInt8]? {
        guard let path else { return nil }
        return try LocalFile.read(path, what: what, for: readers, maximumBytes: Self.maximumBytes)
    }

    private func configuration(
        _ authority: [UInt8]?,
        _ certificate: [UInt8]?,
        _ key: [UInt8]?
    ) throws(LocalProblem) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        // RFC 8996 deprecates TLS 1.0 and 1.1.
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        if let authority {
            // These instead of the system's, not beside them: whoever pins a CA trusts nobody else.
            configuration.trustRoots = .certificates(try certificates(authority, "CA file", authorityFile))
        }
        if let certificate, let key {
            configuration.certificateChain = try certificates(certificate, "client certificate", certificateFile)
                .map { .certificate($0) }
            configuration.privateKey = .privateKey(try privateKey(key))
            try checkPair(configuration)
        }
        return configuration
    }

    private func certificates(
        _ bytes: [UInt8],
        _ what: String,
        _ path: String?
    ) throws(LocalProblem) -> [NIOSSLCertificate] {
        do {
            let certificates = try NIOSSLCertificate.fromPEMBytes(bytes)
            if !certificates.isEmpty { return certificates }
        } catch {
            // BoringSSL's words for it help nobody; the message is the same as for a file with something else in it.
        }
        throw LocalProblem(
            description: "the \(what) \(path ?? "") holds no certificate in PEM form (BEGIN CERTIFICATE)"
        )
    }

    private func privateKey(_ bytes: [UInt8]) throws(LocalProblem) -> NIOSSLPrivateKey {
        do {
            return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
        } catch {
            throw LocalProblem(
                description: "the client key \(keyFile ?? "") holds no private key in PEM form without a passphrase"
            )
        }
    }

    /// BoringSSL compares key and certificate when a context is made of them. Without roots of trust that is cheap.
    private func checkPair(_ configuration: TLSConfiguration) throws(LocalProblem) {
        var configuration = configuration
        configuration.trustRoots = .certificates([])
        do {
            _ = try NIOSSLContext(configuration: configuration)
        } catch {
            throw LocalProblem(
                description: "the client key \(keyFile ?? "") does not belong to the client certificate "
                    + (certificateFile ?? "")
            )
        }
    }
}
