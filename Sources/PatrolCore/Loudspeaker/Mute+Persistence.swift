/// A mute as it outlives a restart.
extension Mute {
    private static let name = "mute"

    /// In the journal's table of states.
    var kept: KeptState {
        var details: [String: DetailValue] = ["by": .string(requester)]
        if let until { details["until_ms"] = .integer(until.millisecondsSince1970) }
        return KeptState(name: Self.name, details: details)
    }

    /// There is none any more.
    static let forgotten = KeptState(name: name, details: nil)

    /// The one that was in force when the last run ended; `nil` for none.
    ///
    /// One that cannot be understood counts as a mute without an end: silence is the safe side, and a person can end it.
    init?(keptIn states: [String: [String: DetailValue]]) {
        guard let details = states[Self.name] else { return nil }
        self.init(until: nil, requester: details["by"]?.text ?? "unknown")
        if case .integer(let milliseconds)? = details["until_ms"] {
            until = WallTime(millisecondsSince1970: milliseconds)
        }
    }
}
