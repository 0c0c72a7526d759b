public import PatrolCore
public import PatrolSystem

/// What a check has to say about a file.
public enum ClipVerdict: Hashable, Sendable {
    /// It can be played.
    case good(Clip)
    /// It is never played.
    case bad(reason: String)
}

/// A file of the clips folder.
public struct ClipEntry: Hashable, Sendable {
    /// The file's name, whatever its bytes are.
    public let name: ClipName
    /// What is known of it.
    public let verdict: ClipVerdict

    /// See the properties.
    public init(name: ClipName, verdict: ClipVerdict) {
        self.name = name
        self.verdict = verdict
    }
}

/// What a look at the clips folder has found.
public struct ClipListing: Hashable, Sendable {
    /// Good and bad files, ordered by the bytes of their names.
    public var entries: [ClipEntry] = []
    /// How many files had to be checked, because nothing was known of them as they are.
    public var checked = 0
    /// The files beyond ``ClipFolder/mostFiles``, which are not looked at; `nil` if there are none.
    public var leftOut: LeftOut?
    /// Why what was found could not be kept for the next start; `nil` if it was, or nothing had changed.
    public var manifestFailure: SystemCallError?

    /// Files that are not looked at, because there are too many.
    public struct LeftOut: Hashable, Sendable, CustomStringConvertible {
        /// How many.
        public var count: Int
        /// How many are looked at.
        public var bound: Int
        /// The first of them by name.
        public var firstNames: [ClipName]

        /// See the properties.
        public init(count: Int, bound: Int, firstNames: [ClipName]) {
            self.count = count
            self.bound = bound
            self.firstNames = firstNames
        }

        /// In words, with the bound.
        public var description: String {
            let names = firstNames.map(\.description).joined(separator: ", ")
            return
                "\(count) files are left out (\(names)\(count > firstNames.count ? ", …" : "")): \(bound) are taken, those "
                + "that programmes name and then the first by name"
        }
    }

    /// An empty folder.
    public init() {}

    /// What is wrong with the others, by name.
    public var problems: [ClipName: String] {
        var problems: [ClipName: String] = [:]
        for entry in entries {
            if case .bad(let reason) = entry.verdict { problems[entry.name] = reason }
        }
        return problems
    }

    /// Those that can be played, by name.
    public var clips: [ClipName: Clip] {
        var clips: [ClipName: Clip] = [:]
        for entry in entries {
            if case .good(let clip) = entry.verdict { clips[entry.name] = clip }
        }
        return clips
    }
}

/// Why there is no listing.
public enum ClipFolderError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The folder cannot be read.
    case folder(SystemCallError)
    /// Nothing can be checked, because there is no player.
    case player(PlayerStartError)
    /// ``ClipFolder/cancel()`` was called. What was found out is kept in the manifest.
    case cancelled

    /// In words, with the path.
    public var description: String {
        switch self {
        case .folder(let cause): "\(cause)"
        case .player(let cause): "\(cause)"
        case .cancelled: "checking the clips was cancelled"
        }
    }
}
