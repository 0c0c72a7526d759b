import PatrolCore
import PatrolSystem
import PatrolVehicle
import Synchronization

/// What others tell an ``Uploader``: levels, so that nothing piles up while a batch is on the road.
final class UploadMailbox: Sendable {
    enum News: Sendable, Hashable {
        /// A record was appended to the journal.
        case recorded
        /// The cart began to move, or was parked.
        case motion(isMoving: Bool)
        /// The wake-up that the machine asked for.
        case due
        /// A person wants what is quarantined sent again.
        case retryRequested
        /// A person has given up what is quarantined.
        case skipRequested
        /// A person wants it tried now.
        case nowRequested
        /// Time to look whether the files of token and certificates have changed.
        case lookAtCredentials
        /// Whether it goes on.
        case question
        /// The daemon stops: send what can be sent, then end.
        case stop

        fileprivate func replaces(_ other: News) -> Bool {
            switch (self, other) {
            case (.motion, .motion): true
            default: self == other
            }
        }
    }

    private let mailbox = Mailbox<News>(bound: 1, whenFull: .refusesNewest)
    /// Nobody rings for a new position while the machine knows of others that wait: it wakes by itself.
    private let isPositionNews = Mutex(true)

    /// One element, however much was told.
    var arrivals: AsyncStream<Void> { mailbox.arrivals }

    func post(_ news: News) {
        mailbox.post(news, replacing: news.replaces)
    }

    /// A record was appended to the journal.
    func recorded(_ lane: Lane) {
        let isNews = isPositionNews.withLock { isPositionNews in
            guard lane == .positions else { return true }
            defer { isPositionNews = false }
            return isPositionNews
        }
        if isNews { post(.recorded) }
    }

    /// Whether the next position is news to the machine.
    func setPositionNews(_ isNews: Bool) {
        isPositionNews.withLock { $0 = isNews }
    }

    /// What was told since the last call.
    func take() -> [News] { mailbox.take().elements }
}
