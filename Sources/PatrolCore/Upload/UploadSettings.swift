/// When what is sent to one destination, and in which portions.
///
/// The first four are the user's; the rest are bounds that nobody has needed to change yet, each with its reason.
public struct UploadSettings: Hashable, Sendable {
    /// Positions go this often while the cart moves; 1 s to 1 h.
    public var movingInterval: Duration
    /// The same while it is parked; 1 s to 24 h.
    public var parkedInterval: Duration
    /// The pace of a backlog in bytes of request body per second, 256 or more. What is new is never behind it.
    public var backlogBytesPerSecond: Int
    /// After an outage each cart waits up to this long before it sends its backlog, so that a fleet does not stampede
    /// a receiver that has just come back; 0 to 10 min. What is new does not wait.
    public var reconnectSpread: Duration

    /// An event waits this long for company, since several often come together; at most 1 s.
    public var eventCoalescing: Duration = .milliseconds(500)
    /// How many bytes of a backlog may go at once after a pause: four seconds at the default pace.
    public var backlogBurstBytes = 65_536
    /// Events in one batch, 1 or more: about 20 kB before compression.
    public var maximumEvents = 200
    /// Positions in one batch, 1 or more: ten full blocks, 20 minutes of driving, about 10 kB.
    public var maximumPositions = 1200
    /// Positions that a batch takes along when it goes for the sake of what is new while a backlog has to wait: one
    /// full block.
    public var livePositions = 120
    /// The upper end of the first delay after a failure; it doubles with each further one.
    public var backoffBase: Duration = .seconds(2)
    /// The longest delay after a failure.
    public var backoffCap: Duration = .seconds(300)
    /// How often a destination that waits for a person is tried.
    public var heldInterval: Duration = .seconds(300)
    /// A receiver that asks for more patience than this gets this much: a typing error there must not silence a cart.
    public var maximumRetryAfter: Duration = .seconds(3600)
    /// The pause after a refused batch, before the next and smaller one.
    public var refusalPause: Duration = .seconds(1)
    /// With so many single records of a lane refused and none accepted between them it is the receiver that is taken for
    /// broken, not the records: the destination is held, and no more of the lane is set aside. 1 or more.
    public var maximumQuarantinesInARow = 3

    /// See the properties.
    public init(
        movingInterval: Duration = .seconds(30),
        parkedInterval: Duration = .seconds(300),
        backlogBytesPerSecond: Int = 16_384,
        reconnectSpread: Duration = .seconds(60)
    ) {
        self.movingInterval = movingInterval
        self.parkedInterval = parkedInterval
        self.backlogBytesPerSecond = backlogBytesPerSecond
        self.reconnectSpread = reconnectSpread
    }
}
