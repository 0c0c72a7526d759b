import PatrolAPI
import PatrolCore
import PatrolVehicle

/// The reports about loudspeaker, clips, duty and zones.
extension InformationDesk {
    /// `nil` for a cart without a loudspeaker.
    func announcements() -> AnnouncementsReport? {
        loudspeaker.map { announcements($0.status, at: clocks.now()) }
    }

    func announcements(_ status: AnnouncerStatus, at now: Instant) -> AnnouncementsReport {
        var report = AnnouncementsReport(status, at: now, time: board.wallTime)
        report.timeZone = zone.name
        return report
    }

    func dutyReport() -> DutyReport {
        var report = duties()
        report.timeZone = zone.name
        return report
    }

    private func duties() -> DutyReport {
        guard let duty = duty.current else { return DutyReport(kind: nil, officer: nil, since: nil, forSeconds: nil) }
        return DutyReport(
            kind: duty.kind.rawValue,
            officer: duty.officer?.description,
            since: duty.startTime?.description,
            forSeconds: self.duty.elapsed(of: duty).map { rounded($0.inSeconds) }
        )
    }

    func zones() -> ZonesReport {
        let current = board.snapshot.zones
        return ZonesReport(
            zones: configuration.zones.map { zone in
                ZonesReport.Zone(
                    id: zone.id,
                    name: zone.name,
                    kind: zone.kind.rawValue,
                    inside: current.map { $0.contains(zone.id) }
                )
            }
        )
    }

    /// The zones' names, in the order of the zone file.
    func names(_ ids: Set<String>) -> [String] {
        configuration.zones.filter { ids.contains($0.id) }.map(\.name)
    }

    /// `nil` for a cart without a loudspeaker.
    func clipsReport() -> ClipsReport? {
        clips.map { report(of: $0.state, in: $0.folder) }
    }

    /// After another look at the folder; `nil` for a cart without a loudspeaker.
    func refreshedClipsReport() async -> ClipsReport? {
        guard let clips else { return nil }
        return report(of: await clips.refresh(), in: clips.folder)
    }

    private func report(of state: ClipShelf.State, in folder: String) -> ClipsReport {
        switch state {
        case .checking: ClipsReport(folder: folder, state: "checking", clips: [])
        case .failed(let reason): ClipsReport(folder: folder, state: reason, clips: [])
        case .ready(let listing):
            ClipsReport(
                folder: folder,
                state: "ready",
                clips: listing.entries.map(clip),
                missing: listing.missing.map { self.missing($0, among: listing) },
                leftOut: listing.leftOut.map {
                    ClipsReport.LeftOut(
                        count: $0.count,
                        bound: $0.bound,
                        firstNames: $0.firstNames.map(\.description),
                        message: $0.description
                    )
                }
            )
        }
    }

    private func missing(_ missing: MissingClip, among listing: ClipListing) -> ClipsReport.Missing {
        let problem =
            switch missing.cause {
            case .absent: "is not there" + NearestClip.hint(for: missing.clip, among: listing.entries.map(\.name))
            case .bad(let reason): "cannot be played: \(reason)"
            }
        return ClipsReport.Missing(programme: missing.programme, name: missing.clip.description, problem: problem)
    }

    private func clip(_ entry: ClipEntry) -> ClipsReport.Clip {
        switch entry.verdict {
        case .bad(let reason):
            ClipsReport.Clip(name: entry.name.description, problem: reason)
        case .good(let clip):
            ClipsReport.Clip(
                name: clip.name.description,
                sha256: clip.sha256,
                durationSeconds: rounded(clip.duration.inSeconds),
                loudnessLUFS: rounded(clip.loudnessLUFS),
                truePeakDBTP: rounded(clip.truePeakDBTP),
                warning: warning(about: clip)
            )
        }
    }

    /// What is not as it could be with a clip that can be played.
    private func warning(about clip: Clip) -> String? {
        guard let target = configuration.loudspeaker?.targetLoudnessLUFS,
            let shortfall = clip.shortfall(targetLUFS: target)
        else { return nil }
        let rounded = (shortfall * 10).rounded() / 10
        let gain = clip.gainDecibels(targetLUFS: target, volumeDecibels: 0)
        let cause =
            gain < Clip.gainRange.upperBound
            ? "its peaks stand out so far that the limiter holds it back" : "it is recorded too softly"
        return "comes out \(rounded) LU softer than the others: \(cause)"
    }
}
