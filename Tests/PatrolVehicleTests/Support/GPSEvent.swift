import PatrolCore

/// Where gpsd is, and how patient to be with it.
struct GPSSettings: Hashable, Sendable {
    /// A host name or an address; gpsd runs on the cart itself as a rule.
    var host: String
    /// gpsd's port, 2947 by IANA's list.
    var port: UInt16
    /// The receiver to use, as gpsd names it; `nil` for the first one that has a fix.
    var device: String?
    /// A fix whose own estimate of its error is so many metres or more is as good as none.
    var maximumHorizontalError: Double
    /// The deadlines of the connection.
    var link: GPSLink.Settings

    /// - Parameters:
    ///   - host: a host name or an address.
    ///   - port: gpsd's port.
    ///   - device: see there.
    ///   - maximumHorizontalError: see there.
    ///   - link: the deadlines.
    init(
        host: String = "localhost",
        port: UInt16 = 2947,
        device: String? = nil,
        maximumHorizontalError: Double = 1500,
        link: GPSLink.Settings = .init()
    ) {
        self.host = host
        self.port = port
        self.device = device
        self.maximumHorizontalError = maximumHorizontalError
        self.link = link
    }
}

/// What a ``GPSReceiver`` has to tell.
enum GPSEvent: Hashable, Sendable {
    /// A position report of the receiver that is used, with a fix or without.
    case fix(Fix)
    /// Which receivers gpsd has, and which one is used, when it changes.
    case receivers(ReceiverChoice.Report)
    /// There has been no usable fix for the set time; told once.
    case lost(GPSLossReason)
    /// The fix that was told just before is the first usable one since the start or since a loss; `after` counts from
    /// the last usable one, or from the start.
    case restored(after: Duration)
    /// How it stands with gpsd and the receiver, when it changes.
    case state(GPSLinkState)
}
