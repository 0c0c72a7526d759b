import PatrolAPI
import PatrolConfiguration
import PatrolCore
import PatrolVehicle

/// The reports about loudspeaker, clips, duty and zones.
extension StatusReporter {
    /// `nil` for a cart without a loudspeaker.
    func announcements() async throws(RequestError) -> AnnouncementsReport? {
        let snapshot = try await look()
        return snapshot.announcer.map { announcements($0.status, snapshot) }
    }

    func announcements(_ status: AnnouncerStatus, _ snapshot: CartSnapshot) -> AnnouncementsReport {
        let clock = snapshot.clock
        var report = AnnouncementsReport(status, at: snapshot.at, time: { clock.wallTime(at: $0) })
        report.timeZone = zone.name
        return report
    }

    func duty() async throws(RequestError) -> DutyReport {
        duty(try await look())
    }

    func duty(_ snapshot: CartSnapshot) -> DutyReport {
        let duty = snapshot.duty
        var report = DutyReport(
            kind: duty?.kind.rawValue,
            officer: duty?.officer?.description,
            since: duty?.startTime?.description,
            forSeconds: snapshot.dutyElapsed.map { rounded($0.inSeconds) }
        )
        report.timeZone = zone.name
        return report
    }

    func zones() async throws(RequestError) -> ZonesReport {
        let current = try await look().zones
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
    func clipsReport() async throws(RequestError) -> ClipsReport? {
        guard let loudspeaker else { return nil }
        let missing = try await look().missingClips
        return report(of: loudspeaker.clips, in: loudspeaker.clipsFolder, missing)
    }

    /// After another look at the folder; `nil` for a cart without a loudspeaker.
    func refreshedClipsReport() async throws(RequestError) -> ClipsReport? {
        guard let loudspeaker else { return nil }
        let state = await loudspeaker.refreshedClips()
        // The cart was told of the look before this is asked.
        return report(of: state, in: loudspeaker.clipsFolder, try await look().missingClips)
    }

    private func report(of state: ClipFolderState, in folder: String, _ missing: [MissingClip]) -> ClipsReport {
        switch state {
        case .checking: ClipsReport(folder: folder, state: "checking", clips: [])
        case .failed(let reason): ClipsReport(folder: folder, state: reason, clips: [])
        case .ready(let listing):
            ClipsReport(
                folder: folder,
                state: "ready",
                clips: listing.entries.map(clip),
                missing: missing.map { self.missing($0, among: listing) },
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
