import Logging
import PatrolCore
import PatrolSystem
import PatrolVehicle
import ServiceLifecycle
import Synchronization

/// The station's recordings: looked at when the daemon starts, when the folder has changed, and when somebody asks for it.
final class ClipLibrary: Service {
    typealias State = ClipFolderState

    let folder: String
    private let clips: ClipFolder
    private let watcher: ClipFolderWatcher
    private let logger: Logger
    private let cart: CartLoop
    private let current = Mutex(State.checking)
    /// One look at a time.
    private let requests: AsyncStream<@Sendable (State) -> Void>
    private let requester: AsyncStream<@Sendable (State) -> Void>.Continuation

    /// A look at the folder, which blocks as long as clips are checked.
    private struct Look: Sendable {
        var unfinished: Set<ClipName>
        var answer: CheckedContinuation<Result<ClipListing, ClipFolderError>, Never>
    }

    /// - Parameter cart: told what was found by each look.
    init(folder: String, clips: ClipFolder, cart: CartLoop, clocks: Clocks, logger: Logger) {
        self.folder = folder
        self.clips = clips
        self.logger = logger
        self.cart = cart
        let (requests, requester) = AsyncStream.makeStream(
            of: (@Sendable (State) -> Void).self,
            bufferingPolicy: .bufferingOldest(8)
        )
        (self.requests, self.requester) = (requests, requester)
        // Where so many looks wait already that there is no room, one of them is this one.
        watcher = ClipFolderWatcher(path: folder, clocks: clocks) { requester.yield { _ in } }
    }

    /// What was found by the last look.
    var state: State { current.withLock { $0 } }

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
        startWatching()
        await withGracefulShutdownHandler {
            var worker: SerialWorker<Look>?
            await look(&worker)
            for await answer in requests {
                await look(&worker)
                answer(state)
            }
        } onGracefulShutdown: {
            self.requester.finish()
            self.clips.cancel()
        }
        watcher.stop()
    }

    private func startWatching() {
        var failure: SystemCallError?
        do throws(SystemCallError) {
            try watcher.start()
            failure = watcher.failure
        } catch {
            failure = error
        }
        // A cart can do without: then somebody has to ask for the look.
        guard let failure else { return }
        logger.warning("changes of the clips folder may be noticed late", metadata: ["error": "\(failure)"])
    }

    /// - Parameter worker: `nil` before there was a thread to be had.
    private func look(_ worker: inout SerialWorker<Look>?) async {
        let thread: SerialWorker<Look>
        do throws(SystemCallError) {
            // Not with `??`, which forgets what is thrown.
            if let worker { thread = worker } else { thread = try startWorker() }
            worker = thread
        } catch {
            fail("\(error)")
            return
        }
        let unfinished = watcher.unfinished
        let result = await withCheckedContinuation { answer in
            // One look at a time: there is always room.
            thread.post(Look(unfinished: unfinished, answer: answer))
        }
        switch result {
        case .success(let listing): take(listing)
        case .failure(.cancelled): break
        case .failure(let error): fail(error.description)
        }
    }

    private func startWorker() throws(SystemCallError) -> SerialWorker<Look> {
        try SerialWorker(name: "clips", bound: 1) { [clips] look in
            do throws(ClipFolderError) {
                look.answer.resume(returning: .success(try clips.refresh(unfinished: look.unfinished)))
            } catch {
                look.answer.resume(returning: .failure(error))
            }
        }
    }

    private func take(_ listing: ClipListing) {
        let before = current.withLock { current in
            defer { current = .ready(listing) }
            return current
        }
        log(listing, unless: before)
        cart.post(.clipsChecked(ClipFindings(clips: listing.clips, problems: listing.problems)))
    }

    /// What is as it was is not said again: a folder that changes often is looked at often.
    private func log(_ listing: ClipListing, unless before: State) {
        var known: ClipListing?
        if case .ready(let listing) = before { known = listing }
        guard listing.entries != known?.entries || listing.leftOut != known?.leftOut else { return }
        let knownProblems = known?.problems ?? [:]
        for (name, reason) in listing.problems.sorted(by: { $0.key < $1.key }) where knownProblems[name] != reason {
            logger.warning("a clip cannot be played", metadata: ["clip": "\(name)", "reason": "\(reason)"])
        }
        if let leftOut = listing.leftOut, leftOut != known?.leftOut {
            logger.warning(
                "there are too many clips",
                metadata: ["left_out": "\(leftOut.count)", "allowed": "\(leftOut.bound)"]
            )
        }
        if let failure = listing.manifestFailure {
            logger.warning("the clips are checked again at the next start", metadata: ["error": "\(failure)"])
        }
        logger.info("clips", metadata: ["playable": "\(listing.clips.count)", "checked": "\(listing.checked)"])
    }

    private func fail(_ reason: String) {
        let before = current.withLock { current in
            defer { current = .failed(reason) }
            return current
        }
        let isKnown = if case .failed(reason) = before { true } else { false }
        if !isKnown { logger.error("the clips cannot be used", metadata: ["error": "\(reason)"]) }
        cart.post(.clipsChecked(ClipFindings(clips: [:], failure: reason)))
    }
}
