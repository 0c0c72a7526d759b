/// The names of all kinds of events, on the wire and in queries. They are never changed, only added to.
public enum EventName: String, CaseIterable, Sendable {
    /// A clip ended before its end.
    case announcementCut = "announcement.cut"
    /// A clip could not be played.
    case announcementFailed = "announcement.failed"
    /// A clip was heard to its end.
    case announcementFinished = "announcement.finished"
    /// A turn or a request was not played.
    case announcementSkipped = "announcement.skipped"
    /// The first frames of a clip sound.
    case announcementStarted = "announcement.started"
    /// All clips that programmes name can be played again.
    case clipsComplete = "clips.complete"
    /// Clips that programmes name cannot be played.
    case clipsMissing = "clips.missing"
    /// GPS and NTP contradict each other.
    case clockDisagreement = "clock.disagreement"
    /// The receiver contradicts itself.
    case clockDoubted = "clock.doubted"
    /// UTC moved against the boot clock.
    case clockStepped = "clock.stepped"
    /// From here on UTC is known.
    case clockTrusted = "clock.trusted"
    /// Somebody ordered something.
    case controlCommand = "control.command"
    /// The daemon runs.
    case daemonStarted = "daemon.started"
    /// The daemon stops in order.
    case daemonStopped = "daemon.stopped"
    /// Duty is over.
    case dutyEnded = "duty.ended"
    /// Duty began.
    case dutyStarted = "duty.started"
    /// No usable fix any more.
    case gpsLost = "gps.lost"
    /// A fix lies farther away than the cart can have driven.
    case gpsRejectedJump = "gps.rejected-jump"
    /// The first usable fix after a loss or a start.
    case gpsRestored = "gps.restored"
    /// Something of the journal could not be read any more.
    case journalDamaged = "journal.damaged"
    /// The journal goes on under a new identity.
    case journalEpoch = "journal.epoch"
    /// The warning light does not do what it should.
    case lightFault = "light.fault"
    /// The warning light is dark.
    case lightOff = "light.off"
    /// The warning light blinks.
    case lightOn = "light.on"
    /// The warning light does again what it should.
    case lightRestored = "light.restored"
    /// The sound device fails.
    case loudspeakerFailed = "loudspeaker.failed"
    /// Somebody wants silence.
    case loudspeakerMuted = "loudspeaker.muted"
    /// The sound device works again.
    case loudspeakerRecovered = "loudspeaker.recovered"
    /// That silence is over.
    case loudspeakerUnmuted = "loudspeaker.unmuted"
    /// Somebody pressed a button: look at this moment.
    case mark
    /// Quiet hours began.
    case quietBegan = "quiet.began"
    /// Another quiet rule holds.
    case quietChanged = "quiet.changed"
    /// Quiet hours are over.
    case quietEnded = "quiet.ended"
    /// The receipt for records that are no longer kept or will not be sent.
    case recordsDropped = "records.dropped"
    /// The receipt for a record that a destination refuses.
    case recordsQuarantined = "records.quarantined"
    /// The destination took such a record after all.
    case recordsReleased = "records.released"
    /// Somebody wants refused records sent again.
    case recordsRetried = "records.retried"
    case recordsSkipped = "records.skipped"
    /// A destination refuses what is sent until a person acts.
    case uploadHeld = "upload.held"
    /// It accepts again.
    case uploadResumed = "upload.resumed"
    /// The cart is in a zone.
    case zoneEntered = "zone.entered"
    /// The cart is no longer in it.
    case zoneLeft = "zone.left"
}
