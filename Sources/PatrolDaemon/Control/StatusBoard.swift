import PatrolCore
import PatrolWire
import Synchronization

/// What is true now, written by those who know and read by those who ask. Nobody waits for anybody.
final class StatusBoard: Sendable {
    /// Everything on the board.
    struct Content: Sendable {
        /// The newest accepted position, with whether the cart moves.
        var current: (position: Position, isMoving: Bool)?
        /// Whether there is a usable fix now.
        var hasFix = false
        /// What the connection and the receiver do, in words.
        var gpsState = "starting"
        /// Which of gpsd's receivers is used, and what else there is.
        var receivers = ReceiverChoice.Report()
        /// Fixes accepted since the start.
        var accepted: Int64 = 0
        /// Fixes refused since the start, by reason.
        var rejected: [String: Int64] = [:]
        /// The ids of the zones that the cart is in; `nil` before the first accepted fix.
        var zones: Set<String>?
        /// What time it is, and whether that can be believed.
        var clock = WallClock()
        /// Each destination, in the configuration's order.
        var uploads: [Upload] = []
    }

    /// A destination on the board.
    struct Upload: Sendable {
        var name: String
        var url: String
        var status: UploadStatus?
        var totals = UploadTotals()
        /// Records that it refused.
        var quarantined: Int64 = 0
    }

    private let content: Mutex<Content>

    init(destinations: [Configuration.Destination]) {
        content = Mutex(Content(uploads: destinations.map { Upload(name: $0.name, url: $0.url) }))
    }

    /// All of it, at one moment.
    var snapshot: Content { content.withLock { $0 } }

    /// Where the cart is, if that is known.
    var coordinate: Coordinate? { content.withLock { $0.current?.position.coordinate } }

    /// UTC at an instant of this boot; `nil` while it is not trusted.
    func wallTime(at instant: Instant) -> WallTime? {
        content.withLock { $0.clock.wallTime(at: instant) }
    }

    /// The newest position, for the header of a batch.
    func latest(boot: BootNumber) -> Latest? {
        content.withLock { content in content.current.map { Latest(boot: boot, position: $0.position) } }
    }

    /// Changes what the caller knows of.
    func update(_ change: (inout Content) -> Void) {
        content.withLock { change(&$0) }
    }

    /// How many records a destination has refused.
    func quarantineChanged(_ name: String, _ quarantined: Int64) {
        content.withLock { content in
            guard let index = content.uploads.firstIndex(where: { $0.name == name }) else { return }
            content.uploads[index].quarantined = quarantined
        }
    }

    /// The state of a destination changed.
    func uploadChanged(_ name: String, _ status: UploadStatus, _ totals: UploadTotals) {
        content.withLock { content in
            guard let index = content.uploads.firstIndex(where: { $0.name == name }) else { return }
            content.uploads[index].status = status
            content.uploads[index].totals = totals
        }
    }
}
