import Logging
import NIOSSL
import PatrolCore
import PatrolSystem
import Synchronization

/// The collector's certificate, followed like its other files: a new one counts from the next connection on, one that cannot
/// be used leaves the last good one in force.
final class ServerTLS: Sendable {
    private struct State {
        var loaded: Loaded
        /// The files as they were when they were looked into last; `nil` if they must be looked into again.
        var stamps: [FileStamp?]?
        var problem: String?
    }

    private struct Loaded {
        var context: NIOSSLContext
        var validUntil: WallTime
    }

    /// How long before its end a certificate is complained about.
    private static let warning: Duration = .seconds(14 * 86_400)

    private let files: CollectorOptions.TLSFiles
    private let logger: Logger
    private let state: Mutex<State>

    /// - Throws: one sentence that names the file that cannot be used, and why.
    init(_ files: CollectorOptions.TLSFiles, logger: Logger) throws(CollectorError) {
        self.files = files
        self.logger = logger
        let stamps = Self.stamps(of: files)
        do {
            state = Mutex(State(loaded: try Self.load(files), stamps: stamps))
        } catch {
            throw CollectorError("\(error)")
        }
    }

    /// For a new connection. Costs a stat(2) for each file while nothing changes.
    func context() -> NIOSSLContext {
        let stamps = Self.stamps(of: files)
        return state.withLock { state in
            guard stamps == nil || state.stamps != stamps else { return state.loaded.context }
            do {
                state.loaded = try Self.load(files)
                if state.stamps != nil {
                    logger.notice("read the certificate again", metadata: ["path": "\(files.certificateFile)"])
                }
                state.problem = nil
            } catch {
                if state.problem != "\(error)" {
                    logger.error(
                        "a changed certificate cannot be used, the last good one stays in force",
                        metadata: ["reason": "\(error)"]
                    )
                }
                state.problem = "\(error)"
            }
            state.stamps = stamps
            return state.loaded.context
        }
    }

    /// What is wrong with it, or soon will be; `nil` if nothing is.
    func problem(at now: WallTime) -> String? {
        _ = context()
        return state.withLock { state in
            if let problem = state.problem { return "\(problem); the last good certificate stays in force" }
            let left = state.loaded.validUntil - now
            guard left < Self.warning else { return nil }
            return left < .zero
                ? "the certificate ended at \(state.loaded.validUntil); no cart accepts it"
                : "the certificate ends at \(state.loaded.validUntil)"
        }
    }

    /// `nil` while a further change of one of the files would not show.
    private static func stamps(of files: CollectorOptions.TLSFiles) -> [FileStamp?]? {
        let stamps = files.all.map { FileStamp(path: $0) }
        return stamps.allSatisfy { $0?.isSettled ?? true } ? stamps : nil
    }

    // MARK: The files

    private static func load(_ files: CollectorOptions.TLSFiles) throws(FileError) -> Loaded {
        let chain = try certificates(files.certificateFile)
        let key = try privateKey(files.keyFile)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        if let path = files.clientAuthorityFile {
            // The name is not a host's: `VehicleCertificate` holds it against the batch.
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates(try certificates(path))
        }
        do {
            let context = try NIOSSLContext(configuration: configuration)
            let end = chain.map(\.notValidAfter).min() ?? 0
            return Loaded(context: context, validUntil: WallTime(millisecondsSince1970: Int64(end) * 1000))
        } catch {
            throw FileError(files.keyFile, .content("is not the key of the certificate \(files.certificateFile)"))
        }
    }

    /// - Returns: at least one.
    private static func certificates(_ path: String) throws(FileError) -> [NIOSSLCertificate] {
        let text = try SmallFile.text(of: path, maximumBytes: CollectorFile.maximumBytes).text
        do {
            let certificates = try NIOSSLCertificate.fromPEMBytes(Array(text.utf8))
            if !certificates.isEmpty { return certificates }
        } catch {
            // Said below, with what is wanted: the library's own words are numbers.
        }
        throw FileError(path, .content("holds no certificate; allowed: PEM, -----BEGIN CERTIFICATE-----"))
    }

    private static func privateKey(_ path: String) throws(FileError) -> NIOSSLPrivateKey {
        let text = try SmallFile.text(of: path, for: .ownerAndGroup, maximumBytes: CollectorFile.maximumBytes).text
        guard !text.contains("ENCRYPTED") else {
            throw FileError(path, .content("is a key with a passphrase; allowed: a key without, in PEM"))
        }
        do {
            return try NIOSSLPrivateKey(bytes: Array(text.utf8), format: .pem)
        } catch {
            throw FileError(path, .content("holds no private key; allowed: PEM, -----BEGIN PRIVATE KEY-----"))
        }
    }
}
