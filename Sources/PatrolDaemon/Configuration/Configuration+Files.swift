import Glibc
import PatrolCore
import PatrolVehicle

extension Configuration {
    /// One line about what the configuration makes the daemon do.
    public var summary: String {
        let targets = destinations.map { "\($0.name) (\($0.url))" }
        return
            "\(vehicle) reads gpsd at \(gps.address), keeps its journal in \(journal.folder) and uploads to "
            + (targets.isEmpty ? "nobody" : targets.joined(separator: ", "))
    }

    /// What is wrong with the files that the configuration names.
    ///
    /// The daemon starts all the same, because a cart must record even if it cannot upload; `patrold check` and the
    /// log say so.
    public func fileProblems() -> [ConfigurationProblem] {
        uploadProblems() + voiceProblems() + overProblems() + lightProblems() + timeZoneProblems()
    }

    private func lightProblems() -> [ConfigurationProblem] {
        guard let light, access(light.led + "/trigger", F_OK) != 0 else { return [] }
        let reason = String(cString: strerror(errno))
        let message = "names \(light.led), which is not the folder of a light, for it has no file trigger: \(reason)"
        return [ConfigurationProblem(key: "light.led", message: message)]
    }

    /// What held once and never will again, by the system's date: a fitter copies last year's file.
    private func overProblems() -> [ConfigurationProblem] {
        guard let loudspeaker else { return [] }
        let zone = vehicleZone().zone
        let today = zone.civilTime(at: Clocks.system.systemTime()).date
        let hours = QuietHours(rules: loudspeaker.quiet, zone: zone)
        func over(_ dates: ClosedRange<CivilDate>?) -> String? {
            dates.flatMap { $0.upperBound < today ? "is over since \($0.upperBound); it is \(today)" : nil }
        }
        return loudspeaker.quiet.compactMap { rule in
            over(rule.schedule.dates).map { ConfigurationProblem(key: "quiet \"\(rule.name)\"", message: $0) }
        }
            + loudspeaker.programmes.compactMap { programme in
                var reason = over(programme.schedule.dates)
                if reason == nil, case .never(let never) = programme.sounds(between: hours, since: today) {
                    reason = "will never sound again: \(never)"
                }
                return reason.map { ConfigurationProblem(key: "programme \"\(programme.name)\"", message: $0) }
            }
    }

    private func voiceProblems() -> [ConfigurationProblem] {
        guard let loudspeaker else { return [] }
        var problems: [ConfigurationProblem] = []
        let player = PlayerSettings(program: loudspeaker.player, device: loudspeaker.device, environment: [:])
        if let reason = player.problem {
            let message = "names \(loudspeaker.player), which cannot be run: \(reason)"
            problems.append(ConfigurationProblem(key: "loudspeaker.player", message: message))
        }
        var status = stat()
        if stat(loudspeaker.clipsFolder, &status) != 0 || status.st_mode & S_IFMT != S_IFDIR
            || access(loudspeaker.clipsFolder, R_OK | X_OK) != 0
        {
            let message = "names \(loudspeaker.clipsFolder), which is not a folder that can be read"
            problems.append(ConfigurationProblem(key: "loudspeaker.clips", message: message))
            return problems
        }
        return problems + clipProblems(loudspeaker)
    }

    /// So many names of the folder are compared with one that is not there.
    private static let mostSuggestions = 2000

    /// Programmes that name what is not in the folder, and a folder with more than is taken.
    private func clipProblems(_ loudspeaker: LoudspeakerSettings) -> [ConfigurationProblem] {
        let folder = loudspeaker.clipsFolder
        let needed = Set(loudspeaker.programmes.flatMap(\.clips))
        var present: Set<ClipName> = []
        var suggestions: [ClipName] = []
        var count = 0
        do throws(ClipFolderError) {
            try ClipFolder.forEachName(in: folder) { name in
                count += 1
                if needed.contains(name) { present.insert(name) }
                if suggestions.count < Self.mostSuggestions { suggestions.append(name) }
            }
        } catch {
            let message = "names a folder that cannot be read: \(error)"
            return [ConfigurationProblem(key: "loudspeaker.clips", message: message)]
        }
        suggestions.sort()
        var problems: [ConfigurationProblem] = []
        for (index, programme) in loudspeaker.programmes.enumerated() {
            for clip in programme.clips where !present.contains(clip) {
                let hint = NearestClip.hint(for: clip, among: suggestions)
                let allowed = "its .wav, .flac, .ogg and .mp3 files, letter by letter"
                let message = "has \"\(clip)\", which is not in \(folder)\(hint) (allowed: \(allowed))"
                problems.append(ConfigurationProblem(key: "programme[\(index + 1)].clips", message: message))
            }
        }
        if count > ClipFolder.mostFiles {
            let message = "names \(folder), which has \(count) clips; allowed: up to \(ClipFolder.mostFiles)"
            problems.append(ConfigurationProblem(key: "loudspeaker.clips", message: message))
        }
        return problems
    }

    private func uploadProblems() -> [ConfigurationProblem] {
        destinations.enumerated().flatMap { index, destination in
            [
                ("token_file", destination.tokenFile, true),
                ("ca_file", destination.certificateAuthorityFile, false),
                ("client_certificate_file", destination.clientCertificateFile, false),
                ("client_key_file", destination.clientKeyFile, true),
            ].compactMap { key, path, isSecret in
                path.flatMap { Self.problem(of: $0, isSecret: isSecret) }.map {
                    ConfigurationProblem(key: "upload[\(index + 1)].\(key)", message: $0)
                }
            }
        }
    }

    private static func problem(of path: String, isSecret: Bool) -> String? {
        var status = stat()
        guard stat(path, &status) == 0, access(path, R_OK) == 0 else {
            return "names \(path), which cannot be read: \(String(cString: strerror(errno)))"
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            return "names \(path), which is not a file"
        }
        if isSecret, status.st_mode & 0o007 != 0 {
            let mode = String(status.st_mode & 0o777, radix: 8)
            return "names \(path), which everybody may read (mode \(mode)); allowed: 600 or 640"
        }
        return nil
    }
}
