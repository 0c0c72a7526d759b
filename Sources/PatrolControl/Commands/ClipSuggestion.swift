import PatrolAPI
import PatrolCore
import PatrolVehicle

/// What to answer to somebody who asks for a clip that cannot be played: that it is bad and why, or which one may have
/// been meant.
struct ClipSuggestion {
    let error: RequestError

    /// - Parameters:
    ///   - name: the clip that was asked for.
    ///   - state: how it stands with the clips; `nil` for a cart without a loudspeaker.
    init(for name: ClipName, among state: ClipFolderState?) {
        var message = "there is no playable clip \(name.description.prefix(100))"
        var meant: String?
        if case .ready(let listing) = state {
            if case .bad(let reason) = listing.entries.first(where: { $0.name == name })?.verdict {
                message += ": it \(VisibleText.of(reason))"
            } else {
                let names = listing.clips.keys.map(\.description)
                meant = NameSuggestion.nearest(to: String(name.description.prefix(255)), among: names)
            }
        }
        error = RequestError(
            .notFound,
            message,
            hint: (meant.map { "did you mean \"\($0)\"? " } ?? "") + "patrolctl clips lists them"
        )
    }
}
