import PatrolCore
import Synchronization

/// How it stands with each destination, written by the uploaders and read by those who ask.
final class UploadBoard: Sendable {
    /// A destination.
    struct Destination: Sendable {
        var name: String
        var url: String
        var status: UploadStatus?
        var totals = UploadTotals()
        /// Records that it refused.
        var quarantined: Int64 = 0
    }

    private let content: Mutex<[Destination]>

    /// - Parameter destinations: in the configuration's order.
    init(_ destinations: [Destination]) {
        content = Mutex(destinations)
    }

    /// All of them, at one moment.
    var destinations: [Destination] { content.withLock { $0 } }

    /// Changes what is known of a destination.
    func update(_ name: String, _ change: (inout Destination) -> Void) {
        content.withLock { content in
            guard let index = content.firstIndex(where: { $0.name == name }) else { return }
            change(&content[index])
        }
    }
}
