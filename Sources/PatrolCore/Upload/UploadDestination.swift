/// How it stands with one destination.
public struct UploadDestination: Hashable, Sendable {
    /// As the configuration names it.
    public var name: String
    /// Where it is.
    public var url: String
    /// What its machine says; `nil` before it has begun.
    public var status: UploadStatus?
    /// What it was sent.
    public var totals = UploadTotals()
    /// Records that it refused and that are kept.
    public var quarantined: Int64 = 0

    /// See the properties.
    public init(name: String, url: String, status: UploadStatus? = nil, quarantined: Int64 = 0) {
        self.name = name
        self.url = url
        self.status = status
        self.quarantined = quarantined
    }
}

/// What one destination was sent since the daemon started.
public struct UploadTotals: Hashable, Sendable {
    /// Bodies, compressed, of all attempts.
    public var bytes: Int64 = 0
    /// Acknowledged.
    public var positions: Int64 = 0
    /// Acknowledged.
    public var batches: Int64 = 0

    /// Nothing yet.
    public init() {}
}
