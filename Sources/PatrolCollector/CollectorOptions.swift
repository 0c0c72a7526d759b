import NIOCore

/// What a collector is told at its start.
public struct CollectorOptions: Sendable {
    /// Where it listens.
    public var listen: ListenAddress
    /// The folder of the store; made if it is missing.
    public var storeFolder: String
    /// The file with a line `vehicle token` for each vehicle.
    public var tokensFile: String
    /// The file with the operators' token; without it only this machine may read.
    public var operatorTokenFile: String?
    /// Names by which this machine may be asked to read without a token, besides those of loopback, as
    /// ``HostNames/name(of:)`` writes them.
    public var hosts: Set<String> = []
    /// Certificate and key; `nil` for plain HTTP.
    public var tls: TLSFiles?
    /// The largest body in bytes, as it travels.
    public var maximumBodyBytes: Int
    /// The largest body in bytes, decompressed.
    public var maximumDecompressedBytes: Int
    /// After how many days a record is removed; `nil` keeps it for ever.
    public var keepDays: Int?

    /// 1 MiB: a hundred times what a cart sends at once.
    public static let defaultMaximumBodyBytes = 1024 * 1024
    /// 8 MiB: a batch of JSON shrinks to about an eighth.
    public static let defaultMaximumDecompressedBytes = 8 * 1024 * 1024

    /// The PEM files of a server with TLS.
    public struct TLSFiles: Hashable, Sendable {
        /// The certificate, followed by those that lead to its authority.
        public var certificateFile: String
        /// The certificate's private key.
        public var keyFile: String
        /// The authority of the vehicles' certificates, without which none is connected; `nil`: none is asked for.
        public var clientAuthorityFile: String?

        /// See the properties.
        public init(certificateFile: String, keyFile: String, clientAuthorityFile: String? = nil) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
            self.clientAuthorityFile = clientAuthorityFile
        }

        var all: [String] { [certificateFile, keyFile] + (clientAuthorityFile.map { [$0] } ?? []) }
    }

    /// Everything optional left out.
    public init(listen: ListenAddress, storeFolder: String, tokensFile: String) {
        self.listen = listen
        self.storeFolder = storeFolder
        self.tokensFile = tokensFile
        maximumBodyBytes = Self.defaultMaximumBodyBytes
        maximumDecompressedBytes = Self.defaultMaximumDecompressedBytes
    }
}

/// `HOST:PORT` on the command line; an IPv6 address stands in brackets.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name or an address, without brackets.
    public let host: String
    /// 0 lets the system choose.
    public let port: Int

    /// Where a collector listens if it is not told otherwise: 127.0.0.1:8080.
    public static let standard = ListenAddress(host: "127.0.0.1", port: 8080)

    /// `nil` unless the text is `HOST:PORT` with a port of 0 to 65535.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        self.init(host: String(host), port: Int(port))
    }

    private init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// The address of a socket that listens, or what was asked for if the system does not tell.
    init(_ address: SocketAddress?, else asked: ListenAddress) {
        self.init(host: address?.ipAddress ?? asked.host, port: address?.port ?? asked.port)
    }

    /// Whether only this machine can come here.
    var isLocal: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    /// The form that the initialiser reads.
    public var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
