public import PatrolCore
public import PatrolVehicle

/// What the socket asks of the cart's owner.
public protocol CartAccess: Sendable {
    /// The cart at this moment; `nil` while the daemon starts or stops.
    /// - Parameter looksAround: whether it is a moment to see if light and player are as they should be.
    func snapshot(looksAround: Bool) async -> CartSnapshot?

    /// Gives an order.
    /// - Returns: the reply and, for a clip that is accepted, how it ended; nothing if too many orders wait, or the daemon
    ///   stops.
    func perform(_ command: Command, from origin: CommandOrigin) -> AsyncStream<CommandProgress>
}

/// What the socket asks of those who keep the clips and start the player.
public protocol LoudspeakerAccess: Sendable {
    /// The folder of the station's recordings.
    var clipsFolder: String { get }

    /// What was found by the last look at it.
    var clips: ClipFolderState { get }

    /// Looks at it again.
    /// - Returns: what was found; the cart has been told of it.
    func refreshedClips() async -> ClipFolderState

    /// Returns when the cart has been told whether the player can be started.
    func playerChecked() async
}

/// What the socket asks of the uploads.
public protocol UploadAccess: Sendable {
    /// How it stands with each destination, in the configuration's order.
    var destinations: [UploadDestination] { get }

    /// Has what a destination refused sent again.
    /// - Parameter destination: the name of one that is configured.
    /// - Returns: how many records go again, and what became of the order.
    func retryQuarantined(of destination: String, by requester: String) async -> (count: Int64, durability: Durability)

    /// Gives up what a destination refused.
    /// - Parameters:
    ///   - destination: the name of one that is configured.
    ///   - reason: for the record.
    /// - Returns: how many records are given up, and what became of the receipt.
    func skipQuarantined(
        of destination: String,
        because reason: String,
        by requester: String
    ) async -> (count: Int64, durability: Durability)

    /// Ends every pause of a destination.
    /// - Returns: what became of the record of the order; it is carried out in any case.
    func tryNow(_ destination: String, by requester: String) async -> Durability
}
