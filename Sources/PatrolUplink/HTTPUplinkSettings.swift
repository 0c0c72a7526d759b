public import PatrolCore
public import PatrolWire

/// Where batches go over HTTP, and as whom. Files are read for each attempt, so that they can be renewed at any time.
public struct HTTPUplinkSettings: Hashable, Sendable {
    /// `http` or `https`; `/v1/batches` is appended.
    public var url: String
    /// How a batch is written.
    public var encoding: WireEncoding
    /// A file with the bearer token in one line, mode 0640 or stricter; `nil` sends no token.
    public var tokenFile: String?
    /// A file with the only certificate authorities to be trusted, in PEM; `nil` trusts the system's.
    public var certificateAuthorityFile: String?
    /// A file with the cart's certificate and the ones that lead to its authority, in PEM. Both or neither with the key.
    public var clientCertificateFile: String?
    /// A file with the key for it, in PEM without a passphrase, mode 0640 or stricter.
    public var clientKeyFile: String?
    /// The most that the connection may take, TLS included.
    public var connectTimeout: Duration = .seconds(5)
    /// The most that an attempt may take, from the look-up of the name to the end of the answer.
    public var attemptTimeout: Duration = .seconds(30)

    /// See the properties.
    public init(
        url: String,
        encoding: WireEncoding,
        tokenFile: String? = nil,
        certificateAuthorityFile: String? = nil,
        clientCertificateFile: String? = nil,
        clientKeyFile: String? = nil
    ) {
        self.url = url
        self.encoding = encoding
        self.tokenFile = tokenFile
        self.certificateAuthorityFile = certificateAuthorityFile
        self.clientCertificateFile = clientCertificateFile
        self.clientKeyFile = clientKeyFile
    }
}

/// What a batch's way to the receiver came to.
public struct UploadReceipt: Hashable, Sendable {
    /// What became of it.
    public var outcome: UploadOutcome
    /// The size of the body if it may have gone out, headers not counted; 0 if no connection came about.
    public var bytesOnWire: Int
    /// From the begin of the attempt to its end.
    public var duration: Duration

    /// See the properties.
    public init(outcome: UploadOutcome, bytesOnWire: Int, duration: Duration) {
        self.outcome = outcome
        self.bytesOnWire = bytesOnWire
        self.duration = duration
    }
}
