import PatrolCore
import PatrolVehicle

/// What the cart has beside receiver, journal and upload, and how it stands with it at one moment.
struct PeripheralStatus: Sendable {
    /// What the loudspeaker says; `nil` for a cart without one.
    var announcer: AnnouncerStatus?
    /// The station's recordings; `nil` without a loudspeaker.
    var clips: ClipFolderState?
    /// What programmes name and cannot be played.
    var missingClips: [MissingClip] = []
    /// Whether patrold switches a warning light.
    var hasLight = false
    /// What the light should do; `nil` before anybody has said.
    var lightWanted: LightSetting?
    /// Why it does not; `nil` if nothing is known against it.
    var lightFault: String?
    /// By which clock on the wall the cart goes.
    var localTime: LocalTimeStatus?

    /// Why the configuration on disk is not the one in force; `nil` if nothing is known against it.
    var refusedConfiguration: String?

    /// A cart with nothing but its receiver.
    static let none = PeripheralStatus()
}
