/// What the loudspeaker leaves on record, in the form of the journal. The names are part of the wire.
extension LoudspeakerEvent {
    /// The name on the wire and in queries.
    var label: EventName {
        switch self {
        case .announcementStarted: .announcementStarted
        case .announcementFinished: .announcementFinished
        case .announcementCut: .announcementCut
        case .announcementFailed: .announcementFailed
        case .announcementSkipped: .announcementSkipped
        case .quietBegan: .quietBegan
        case .quietChanged: .quietChanged
        case .quietEnded: .quietEnded
        case .muted: .loudspeakerMuted
        case .unmuted: .loudspeakerUnmuted
        case .loudspeakerFailed: .loudspeakerFailed
        case .loudspeakerRecovered: .loudspeakerRecovered
        }
    }

    /// The details as they are stored and sent; one that is not known is absent.
    public var details: [String: DetailValue] {
        switch self {
        case .announcementStarted(let announcement):
            announcement.details
        case .announcementFinished(let announcement, let end), .announcementFailed(let announcement, let end):
            announcement.details.merging(end.details) { $1 }
        case .announcementCut(let announcement, let end, let reason):
            announcement.details.merging(end.details) { $1 }
                .merging(["cut_by": .string(reason.code), "cut_because": .string(reason.description)]) { $1 }
        case .announcementSkipped(let skipped):
            skipped.details
        case .quietBegan(let rule), .quietEnded(let rule):
            ["rule": .string(rule)]
        case .quietChanged(let before, let rule):
            ["rule": .string(rule), "after": .string(before)]
        case .muted(let mute):
            known(["by": .string(mute.requester), "until": mute.until.map { .string("\($0)") }])
        case .unmuted(.time):
            ["cause": .string("time")]
        case .unmuted(.person(let requester)):
            ["cause": .string("person"), "by": .string(requester)]
        case .loudspeakerFailed(let reason):
            ["reason": .string(reason)]
        case .loudspeakerRecovered(let after):
            ["after_s": .integer(after.milliseconds / 1000)]
        }
    }
}

extension Announcement {
    fileprivate var details: [String: DetailValue] {
        known([
            "play": .integer(Int64(clamping: id.rawValue)),
            "clip": .string(clip.description),
            "sha256": .string(sha256),
            "programme": programme.map(DetailValue.string),
            "priority": .string(priority.name),
            "reason": reason.map(DetailValue.string),
            "by": requester.map(DetailValue.string),
            "zones": zones.isEmpty ? nil : .string(zones.joined(separator: ", ")),
            "in_spite_of_quiet": inSpiteOfQuiet.map(DetailValue.string),
            "round": round.map { .integer(Int64($0.number)) },
            "rounds": round.map { .integer(Int64($0.of)) },
        ])
    }
}

extension PlayEnd {
    fileprivate var details: [String: DetailValue] {
        known([
            "ended": .string(how.rawValue),
            "frames_played": .integer(framesPlayed),
            "frames_total": framesTotal.map(DetailValue.integer),
            "problem": reason.map(DetailValue.string),
        ])
    }
}

extension SkippedAnnouncement {
    fileprivate var details: [String: DetailValue] {
        var details = known([
            "clip": clip.map { .string($0.description) },
            "because": .string(inhibitReason.code),
            "in_words": .string(inhibitReason.description),
            "slots": .integer(slots),
        ])
        switch origin {
        case .programme(let name):
            details["programme"] = .string(name)
        case .request(_, let request):
            details["priority"] = .string(request.priority.name)
            details["by"] = .string(request.requester)
        }
        return details
    }
}

/// Leaves out what nobody knows.
private func known(_ details: [String: DetailValue?]) -> [String: DetailValue] {
    details.compactMapValues { $0 }
}
