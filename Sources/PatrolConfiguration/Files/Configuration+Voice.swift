import FoundationEssentials
import PatrolCore
import PatrolSystem
import PatrolVehicle

/// The loudspeaker's files.
extension Configuration {
    func voiceProblems() -> [ConfigurationProblem] {
        guard let loudspeaker else { return [] }
        var problems: [ConfigurationProblem] = []
        if let fault = FileAccess.problem(of: loudspeaker.player, .run) {
            let message = "names \(loudspeaker.player), \(fault)"
            problems.append(ConfigurationProblem(key: "loudspeaker.player", message: message))
        }
        if let fault = FileAccess.problem(of: loudspeaker.clipsFolder, .list) {
            let message = "names \(loudspeaker.clipsFolder), \(fault)"
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

    // MARK: What takes the player's word

    /// At most so many clips that no programme names are decoded: `check` is waited for.
    private static let mostUnnamed = 20

    /// What the player says of the sound device and the clips; takes a moment for each clip that programmes name.
    func deepVoiceProblems() -> [ConfigurationProblem] {
        guard let loudspeaker, FileAccess.problem(of: loudspeaker.player, .run) == nil else { return [] }
        let player = PlayerSettings(
            program: loudspeaker.player,
            device: loudspeaker.device,
            environment: PlayerSettings.environment(from: ProcessInfo.processInfo.environment)
        )
        var problems: [ConfigurationProblem] = []
        if let fault = SoundDeviceProbe.fault(of: player, clocks: .system) {
            let message =
                "is \"\(VisibleText.of(loudspeaker.device))\", which does not open: \(VisibleText.of(fault)) (aplay -L lists them)"
            // It may be unplugged, and plays as soon as it is there.
            problems.append(ConfigurationProblem(key: "loudspeaker.device", message: message, isWarning: true))
        }
        return problems + soundProblems(loudspeaker, player)
    }

    private func soundProblems(_ loudspeaker: LoudspeakerSettings, _ player: PlayerSettings) -> [ConfigurationProblem] {
        var names: [ClipName] = []
        do throws(ClipFolderError) {
            try ClipFolder.forEachName(in: loudspeaker.clipsFolder) { names.append($0) }
        } catch {
            // Said already.
            return []
        }
        names.sort()
        let needed = Set(loudspeaker.programmes.flatMap(\.clips))
        guard !names.isEmpty else {
            let message = "names \(loudspeaker.clipsFolder), in which there is no clip yet"
            let isSaid = !needed.isEmpty
            return isSaid ? [] : [ConfigurationProblem(key: "loudspeaker.clips", message: message, isWarning: true)]
        }
        let looked = names.filter(needed.contains) + names.filter { !needed.contains($0) }.prefix(Self.mostUnnamed)
        let bad = ClipFolder.faults(
            of: looked,
            in: loudspeaker.clipsFolder,
            settings: player,
            targetLUFS: loudspeaker.targetLoudnessLUFS,
            clocks: .system
        )
        var problems: [ConfigurationProblem] = []
        for (name, reason) in bad.sorted(by: { $0.key < $1.key }) {
            let places = loudspeaker.programmes.indices.filter { loudspeaker.programmes[$0].clips.contains(name) }
            let message = "has \"\(name)\", which cannot be played: \(VisibleText.of(reason))"
            problems += places.map { ConfigurationProblem(key: "programme[\($0 + 1)].clips", message: message) }
            if places.isEmpty {
                let isOnlyOne = bad.count == names.count
                problems.append(ConfigurationProblem(key: "loudspeaker.clips", message: message, isWarning: !isOnlyOne))
            }
        }
        return problems
    }
}
