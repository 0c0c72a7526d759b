/// When a clips folder that changes is looked at: not in the middle of a copy, and not never.
///
/// | happens | the folder is looked at |
/// | --- | --- |
/// | a file comes, goes, is renamed or closed after writing | ``pause`` after the last of these |
/// | a file is being written | ``pause`` after it was closed |
/// | one is written on and on, or its writer hangs | ``patience`` after the first change; that file is unfinished |
/// | nothing | never |
public struct ClipFolderChanges: Sendable {
    /// What happened to a name.
    public enum Change: Hashable, Sendable {
        /// Bytes were written to it; whoever does so has it open.
        case written(ClipName)
        /// It was closed after writing, replaced, moved or removed.
        case settled(ClipName)
        /// Something else: the folder itself, or too much to tell.
        case other
    }

    /// Long enough for the next file of a copy to begin; short enough for a person to wait for it.
    public let pause: Duration
    /// What is finished is not kept waiting for longer by what is not.
    public let patience: Duration
    /// More names than this are not told apart: the folder is not looked at before the whole has been still for a while.
    static let mostUnfinished = 1000

    private var firstChange: Instant?
    private var lastChange: Instant?
    /// Files that somebody is writing.
    public private(set) var unfinished: Set<ClipName> = []

    /// Nothing has happened.
    public init(pause: Duration = .seconds(2), patience: Duration = .seconds(30)) {
        self.pause = pause
        self.patience = patience
    }

    /// Something happened.
    public mutating func note(_ change: Change, at now: Instant) {
        switch change {
        case .written(let name): if unfinished.count < Self.mostUnfinished { unfinished.insert(name) }
        case .settled(let name): unfinished.remove(name)
        case .other: break
        }
        firstChange = firstChange ?? now
        lastChange = max(lastChange ?? now, now)
    }

    /// Which of them are still written is not known any more: events were lost, or it is another folder.
    public mutating func forget(at now: Instant) {
        unfinished = []
        note(.other, at: now)
    }

    /// When to look; `nil` while there is nothing new to see.
    public var lookAt: Instant? {
        guard let firstChange, let lastChange else { return nil }
        let latest = firstChange + patience
        return unfinished.isEmpty ? min(lastChange + pause, latest) : latest
    }

    /// Whether it is time to look; if so, it is looked at now, and the next look needs another change.
    public mutating func isDue(at now: Instant) -> Bool {
        guard let lookAt, now >= lookAt else { return false }
        firstChange = nil
        lastChange = nil
        return true
    }
}
