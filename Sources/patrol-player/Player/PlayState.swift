import PatrolCore
import PatrolSystem
import Synchronization

/// What the threads of the player know of each other. Nobody holds the lock during a call that may block.
final class PlayState: Sendable {
    /// What the threads have to tell the gate.
    struct News: Hashable, Sendable {
        /// What the file is made of, once it is open.
        var format: ClipFormat?
        /// When the device began to play.
        var startedAt: Instant?
        /// How the play has ended by itself.
        var ending: Ending?
        /// Whether a signal asks for the end.
        var isStopAsked = false
        var progress: Progress
    }

    /// Readable when there is news for the gate.
    let gateWake: WakeDescriptor
    /// Readable when there is a new limit for the device's thread.
    let deviceWake: WakeDescriptor

    private let shared: Mutex<(news: News, limit: SilenceLimit?)>

    /// - Throws: without free descriptors.
    init(at now: Instant) throws(SystemCallError) {
        gateWake = try WakeDescriptor()
        deviceWake = try WakeDescriptor()
        shared = Mutex((News(progress: Progress(at: now)), nil))
    }

    var news: News { shared.withLock { $0.news } }

    var limit: SilenceLimit? { shared.withLock { $0.limit } }

    /// The gate's decision, for the device's thread.
    func set(_ limit: SilenceLimit) {
        shared.withLock { $0.limit = limit }
        deviceWake.wake()
    }

    func opened(_ format: ClipFormat) {
        shared.withLock { $0.news.format = format }
    }

    func started(at now: Instant) {
        shared.withLock { $0.news.startedAt = now }
        gateWake.wake()
    }

    func ended(_ ending: Ending) {
        shared.withLock { shared in
            // The first one counts: it is the cause of whatever comes after it.
            if shared.news.ending == nil { shared.news.ending = ending }
        }
        gateWake.wake()
    }

    func askToStop() {
        shared.withLock { $0.news.isStopAsked = true }
        gateWake.wake()
    }

    /// The gate looks at this when its patience ends, so nobody is woken for it.
    func update(_ change: (inout Progress) -> Void) {
        shared.withLock { change(&$0.news.progress) }
    }
}
