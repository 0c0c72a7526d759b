/// How it stands with the station's recordings.
public enum ClipFolderState: Sendable {
    /// The first look goes on; nothing can be played yet.
    case checking
    /// What is there, and what programmes name and is not.
    case ready(ClipListing)
    /// Why the folder, or the player that checks it, cannot be used.
    case failed(String)
}
