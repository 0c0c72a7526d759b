import PatrolCore
import Synchronization

/// How it stands with each destination, written by the uploaders and read by those who ask.
final class UploadBoard: Sendable {
    private let content: Mutex<[UploadDestination]>

    /// - Parameter destinations: in the configuration's order.
    init(_ destinations: [UploadDestination]) {
        content = Mutex(destinations)
    }

    /// All of them, at one moment.
    var destinations: [UploadDestination] { content.withLock { $0 } }

    /// Changes what is known of a destination.
    func update(_ name: String, _ change: (inout UploadDestination) -> Void) {
        content.withLock { content in
            guard let index = content.firstIndex(where: { $0.name == name }) else { return }
            change(&content[index])
        }
    }
}
