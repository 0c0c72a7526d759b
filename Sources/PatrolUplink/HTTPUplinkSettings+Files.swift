/// The files of an uplink, for those who want to know before the first batch whether they can be used.
extension HTTPUplinkSettings {
    /// Which one.
    public enum File: Hashable, Sendable, CaseIterable {
        /// The bearer token's.
        case token
        /// The authorities that are trusted.
        case authority
        /// The cart's own certificate.
        case certificate
        /// Its key.
        case key

        /// Whether nobody else may read it.
        public var isSecret: Bool { self == .token || self == .key }
    }

    /// Where it is; `nil` if there is none.
    public func path(of file: File) -> String? {
        switch file {
        case .token: tokenFile
        case .authority: certificateAuthorityFile
        case .certificate: clientCertificateFile
        case .key: clientKeyFile
        }
    }

    /// What each attempt to send would say of the files as they are now.
    /// - Parameter files: which of them to read.
    public func fileFaults(of files: Set<File>) -> [(file: File, message: String)] {
        var faults: [(file: File, message: String)] = []
        func look(_ file: File, _ body: () throws(LocalProblem) -> Void) {
            guard files.contains(file) else { return }
            do throws(LocalProblem) {
                try body()
            } catch {
                faults.append((file, error.description))
            }
        }
        look(.token) { () throws(LocalProblem) in
            if let tokenFile { _ = try BearerToken.authorization(file: tokenFile) }
        }
        look(.authority) { () throws(LocalProblem) in
            _ = try TrustSettings(
                authorityFile: certificateAuthorityFile,
                certificateFile: nil,
                keyFile: nil
            ).current()
        }
        // A pair: what one of them is worth only the other one can tell.
        look(.certificate) { () throws(LocalProblem) in
            guard files.contains(.key) else { return }
            _ = try TrustSettings(
                authorityFile: nil,
                certificateFile: clientCertificateFile,
                keyFile: clientKeyFile
            ).current()
        }
        return faults
    }
}
