import PatrolAPI
import PatrolCore

/// The loudspeaker's reports as lines of text.
enum LoudspeakerText {
    static func lines(_ report: AnnouncementsReport, _ clock: CartClock) -> [String] {
        [StatusText.row("loudspeaker", now(report, clock)), StatusText.row("next", next(report, clock))]
            + [StatusText.row("quiet", quiet(report.quiet, clock))] + timeLines(clock)
            + (report.muted.map { [StatusText.row("muted", muted($0, clock))] } ?? [])
            + (report.deviceProblem.map { [StatusText.row("device", "\(report.device): \($0)")] } ?? [])
            + report.queue.map { StatusText.row("waits", "\($0.clip), \($0.priority), by \($0.by)") }
            + report.programmes.map { StatusText.row("programme", programme($0)) }
    }

    static func lines(_ report: ClipsReport) -> [String] {
        [StatusText.row("clips", "\(report.folder): \(report.state)")]
            + (report.missing ?? []).map { StatusText.row("MISSING", "\($0.name)  of \($0.programme) \($0.problem)") }
            + (report.leftOut.map { [StatusText.row("TOO MANY", $0.message)] } ?? [])
            + report.clips.map { clip in
                if let problem = clip.problem { return StatusText.row("BAD", "\(clip.name)  \(problem)") }
                let warning = clip.warning.map { "; \($0)" } ?? ""
                return StatusText.row(clip.warning == nil ? "" : "SOFT", "\(clip.name)  \(quality(clip))\(warning)")
            }
    }

    /// The two lines of the status.
    static func summary(_ report: AnnouncementsReport, _ clock: CartClock) -> [String] {
        [StatusText.row("loudspeaker", now(report, clock)), StatusText.row("quiet", quiet(report.quiet, clock))]
    }

    /// By what calendar and clock all of it goes.
    private static func timeLines(_ clock: CartClock) -> [String] {
        let time = clock.now.map { clock.zone.text(of: $0) + clock.zoneMark } ?? "not trusted\(clock.zoneMark)"
        return [StatusText.row("time", time)] + clock.problemLines
    }

    private static func now(_ report: AnnouncementsReport, _ clock: CartClock) -> String {
        if let playing = report.playing {
            let since = playing.forSeconds.map { " for \(Words.span($0))" } ?? ", about to start"
            let deadline = playing.deadlineInSeconds.map { ", silent in \(Words.span($0)) at the latest" } ?? ""
            return "plays \(playing.clip) (\(playing.programme ?? playing.priority))\(since)\(deadline)"
        }
        let until = report.silence?.until.map { ", until \(clock.text($0))" } ?? ""
        let coming = report.next.map { "; \($0.clip) in \(Words.span($0.inSeconds))" } ?? ""
        return "silent: \(report.silence?.message ?? "nothing to say")\(until)\(coming)"
    }

    private static func next(_ report: AnnouncementsReport, _ clock: CartClock) -> String {
        guard let next = report.next else { return "nothing that is known" }
        let time = next.time.map { " at \(clock.text($0))" } ?? ""
        return "\(next.clip) (\(next.programme ?? next.priority)) in \(Words.span(next.inSeconds))\(time)"
    }

    private static func quiet(_ quiet: AnnouncementsReport.Quiet, _ clock: CartClock) -> String {
        let change = quiet.changesInSeconds.map { " in \(Words.span($0))" }
        let time = quiet.changesAt.map { " (\(clock.text($0)))" } ?? ""
        guard quiet.now else { return change.map { "begins\($0)\(time)" } ?? "no quiet hours ahead" }
        let rule = quiet.rule.map { " by \"\($0)\"" } ?? ", for the time of day is unknown"
        return "now\(rule)" + (change.map { ", ends\($0)\(time)" } ?? "")
    }

    private static func muted(_ muted: AnnouncementsReport.Muted, _ clock: CartClock) -> String {
        (muted.until.map { "until \(clock.text($0))" } ?? "until patrolctl unmute") + ", by \(muted.by)"
    }

    private static func programme(_ programme: AnnouncementsReport.ProgrammeState) -> String {
        if !programme.lacks.isEmpty {
            return "\(programme.name): rests, for want of \(programme.lacks.joined(separator: ", "))"
        }
        if let skipped = programme.skipped { return "\(programme.name): skips its turns, \(skipped)" }
        return "\(programme.name): \(programme.clip ?? "no playable clip")"
    }

    private static func quality(_ clip: ClipsReport.Clip) -> String {
        let duration = clip.durationSeconds.map { Words.span($0) } ?? "?"
        let loudness = clip.loudnessLUFS.map { "\(Words.fixed($0, 1)) LUFS" } ?? "?"
        let peak = clip.truePeakDBTP.map { "\(Words.fixed($0, 1)) dBTP" } ?? "?"
        return "\(duration), \(loudness), \(peak), \(clip.sha256?.prefix(12) ?? "?")"
    }
}
