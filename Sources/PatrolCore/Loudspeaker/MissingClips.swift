/// A clip that a programme names and that cannot be played: the programme passes it over, or is silent for want of another.
public struct MissingClip: Hashable, Sendable {
    /// Why.
    public enum Cause: Hashable, Sendable {
        /// There is no such file, letter by letter.
        case absent
        /// There is, but it is no good, in words.
        case bad(reason: String)
    }

    /// The programme's name.
    public var programme: String
    /// The clip as the programme names it.
    public var clip: ClipName
    /// Why it cannot be played.
    public var cause: Cause

    /// See the properties.
    public init(programme: String, clip: ClipName, cause: Cause) {
        self.programme = programme
        self.clip = clip
        self.cause = cause
    }
}

/// The clips that the programmes name, held against those that are there.
public struct MissingClips: Sendable {
    /// What is left on record about it: once for each change.
    public enum Change: Hashable, Sendable {
        /// These are missing now; at least one. `because` is what all of them have in common.
        case missing([MissingClip], because: String?)
        /// None is any more.
        case complete
    }

    private let programmes: [Programme]
    /// Those that are missing, in the order of the configuration, each once for each programme.
    public private(set) var missing: [MissingClip] = []
    private var because: String?

    /// Before anybody has looked none counts as missing.
    public init(programmes: [Programme]) {
        self.programmes = programmes
    }

    /// Somebody has looked.
    /// - Parameters:
    ///   - isGood: whether a clip can be played.
    ///   - problem: what is wrong with one that is there; `nil` for one that is not.
    ///   - because: why none can be, if the fault is none of the single files.
    /// - Returns: `nil` if it is as it was.
    public mutating func look(
        isGood: (ClipName) -> Bool,
        problem: (ClipName) -> String?,
        because: String? = nil
    ) -> Change? {
        let before = missing
        let becauseBefore = self.because
        missing = []
        for programme in programmes {
            var seen: Set<ClipName> = []
            for clip in programme.clips where seen.insert(clip).inserted && !isGood(clip) {
                let cause = problem(clip).map(MissingClip.Cause.bad) ?? .absent
                missing.append(MissingClip(programme: programme.name, clip: clip, cause: cause))
            }
        }
        self.because = missing.isEmpty ? nil : because
        guard missing != before || self.because != becauseBefore else { return nil }
        return missing.isEmpty ? .complete : .missing(missing, because: because)
    }
}

/// In the form of the journal. The names are part of the wire.
extension MissingClips.Change {
    /// So many are named; the others are counted.
    private static let mostNamed = 10

    /// The name on the wire and in queries.
    var label: EventName {
        switch self {
        case .missing: .clipsMissing
        case .complete: .clipsComplete
        }
    }

    /// The details as they are stored and sent.
    public var details: [String: DetailValue] {
        guard case .missing(let missing, let because) = self else { return [:] }
        let named = missing.prefix(Self.mostNamed).map { missing in
            switch missing.cause {
            case .absent: "\(missing.programme): \(missing.clip)"
            case .bad(let reason): "\(missing.programme): \(missing.clip) (\(reason))"
            }
        }
        let details: [String: DetailValue] = [
            "count": .integer(Int64(missing.count)), "clips": .string(named.joined(separator: "; ")),
        ]
        return details.merging(because.map { ["because": .string($0)] } ?? [:]) { $1 }
    }
}
