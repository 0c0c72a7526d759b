import PatrolControl
import PatrolVehicle

/// The loudspeaker as the socket sees it.
struct LoudspeakerControl: LoudspeakerAccess {
    let library: ClipLibrary
    let players: PlayerSupervisor

    var clipsFolder: String { library.folder }

    var clips: ClipFolderState { library.state }

    func refreshedClips() async -> ClipFolderState { await library.refresh() }

    func playerChecked() async { await players.checked() }
}
