import Logging
import PatrolCore
import PatrolVehicle
import ServiceLifecycle
import Synchronization

/// The station's recordings: looked at when the daemon starts and when somebody asks for it.
final class ClipShelf: Service {
    /// How it stands with them.
    enum State: Sendable {
        /// The first look goes on; nothing can be played yet.
        case checking
        /// What is there.
        case ready(ClipListing)
        /// Why the folder, or the player that checks it, cannot be used.
        case failed(String)
    }

    let folder: String
    private let clips: ClipFolder
    private let logger: Logger
    private let listener = Mutex<@Sendable ([ClipName: Clip]) -> Void>({ _ in })
    private let current = Mutex(State.checking)
    /// One look at a time.
    private let requests: AsyncStream<@Sendable (State) -> Void>
    private let requester: AsyncStream<@Sendable (State) -> Void>.Continuation

    init(folder: String, clips: ClipFolder, logger: Logger) {
        self.folder = folder
        self.clips = clips
        self.logger = logger
        (requests, requester) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(8))
    }

    /// What was found by the last look.
    var state: State { current.withLock { $0 } }

    /// From here on `listener` gets what can be played after each look. One listener.
    func onChange(_ listener: @escaping @Sendable ([ClipName: Clip]) -> Void) {
        self.listener.withLock { $0 = listener }
    }

    /// The file of a clip.
    func path(of name: ClipName) -> String {
        clips.path(of: name)
    }

    /// Whether a file is still the one that was checked.
    func isAsChecked(_ clip: Clip) -> Bool {
        clips.isAsChecked(clip)
    }

    /// Orders another look, which is told as always, and does not wait for it.
    func lookAgain() {
        // Where so many looks wait already that there is no room, one of them is this one.
        requester.yield { _ in }
    }

    /// Looks again, behind those who asked before.
    /// - Returns: what was found; the last state if too many wait already, or the daemon stops.
    func refresh() async -> State {
        await withCheckedContinuation { continuation in
            switch requester.yield({ continuation.resume(returning: $0) }) {
            case .enqueued: break
            default: continuation.resume(returning: state)
            }
        }
    }

    func run() async throws {
        await withGracefulShutdownHandler {
            await look()
            for await answer in requests {
                await look()
                answer(state)
            }
        } onGracefulShutdown: {
            self.requester.finish()
            self.clips.cancel()
        }
    }

    private func look() async {
        let clips = clips
        let result: Result<ClipListing, ClipFolderError>
        do {
            result = try await BlockingWork.run(name: "clips") {
                do throws(ClipFolderError) {
                    return .success(try clips.refresh())
                } catch {
                    return .failure(error)
                }
            }
        } catch {
            fail("\(error)")
            return
        }
        switch result {
        case .success(let listing): take(listing)
        case .failure(.cancelled): break
        case .failure(let error): fail(error.description)
        }
    }

    private func take(_ listing: ClipListing) {
        current.withLock { $0 = .ready(listing) }
        for entry in listing.entries {
            guard case .bad(let reason) = entry.verdict else { continue }
            logger.warning("a clip cannot be played", metadata: ["clip": "\(entry.name)", "reason": "\(reason)"])
        }
        if listing.leftOut > 0 {
            logger.warning("there are too many clips", metadata: ["left_out": "\(listing.leftOut)"])
        }
        if let failure = listing.manifestFailure {
            logger.warning("the clips are checked again at the next start", metadata: ["error": "\(failure)"])
        }
        logger.info("clips", metadata: ["playable": "\(listing.clips.count)", "checked": "\(listing.checked)"])
        listener.withLock { $0 }(listing.clips)
    }

    private func fail(_ reason: String) {
        current.withLock { $0 = .failed(reason) }
        logger.error("the clips cannot be used", metadata: ["error": "\(reason)"])
        listener.withLock { $0 }([:])
    }
}
