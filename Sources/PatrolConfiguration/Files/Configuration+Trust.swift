import Glibc

/// What others may change, and what the unit keeps from the service.
extension Configuration {
    /// - Parameters:
    ///   - path: the configuration's own file.
    ///   - owners: see ``FileTrust``.
    func trustProblems(path: String, owners: Set<uid_t>?) -> [ConfigurationProblem] {
        let trust = FileTrust(owners: owners)
        var problems: [ConfigurationProblem] = []
        func look(_ key: String, _ path: String?, _ words: String) {
            guard let path, let problem = trust.problem(of: path) else { return }
            problems.append(ConfigurationProblem(key: key, message: "\(words) \(problem)"))
        }
        look("", path, "is the configuration,")
        look("zones.file", zonesFile, zonesFile.map { "names \($0)," } ?? "")
        if let loudspeaker {
            look("loudspeaker.player", loudspeaker.player, "names \(loudspeaker.player),")
            look("loudspeaker.clips", loudspeaker.clipsFolder, "names \(loudspeaker.clipsFolder),")
        }
        for (index, destination) in destinations.enumerated() {
            guard let authority = destination.certificateAuthorityFile else { continue }
            look("upload[\(index + 1)].ca_file", authority, "names \(authority),")
        }
        return problems
    }

    /// Folders that ProtectHome= and PrivateTmp= of the unit hide, and what they are.
    private static let hidden = ["/home", "/root", "/run/user", "/tmp", "/var/tmp"]
    /// StateDirectory= and RuntimeDirectory=.
    private static let writable = "/var/lib/patrold"
    private static let runtime = "/run/patrold"
    private static let dropIns = "/etc/systemd/system/patrold.service.d"

    /// What systemd/patrold.service does not let the service see or write. A drop-in may let it, so with one it is doubtful
    /// only.
    func unitProblems(_ user: ServiceUser?) -> [ConfigurationProblem] {
        guard let user, user.isUnits else { return [] }
        let isChanged = Glibc.access(Self.dropIns, F_OK) == 0
        var problems: [ConfigurationProblem] = []
        func add(_ key: String, _ message: String) {
            problems.append(ConfigurationProblem(key: key, message: message, isWarning: isChanged))
        }
        for (key, path) in namedPaths {
            guard let folder = Self.hidden.first(where: { Self.isInside(path, $0) }) else { continue }
            add(
                key,
                "names \(path), which the service does not see: its unit hides \(folder); allowed: a path elsewhere"
            )
        }
        if !Self.isInside(journal.folder, Self.writable) {
            let rule =
                "\(Self.writable) is all that its unit lets it write; allowed: that, or a drop-in with ReadWritePaths="
            add("journal.folder", "names \(journal.folder), where the service cannot write: \(rule)")
        }
        if !Self.isInside(controlSocket, Self.runtime) {
            let rule = "\(Self.runtime) is what its unit gives it for that; allowed: a name in it"
            add("control.socket", "names \(controlSocket), where the service cannot make it: \(rule)")
        }
        return problems
    }

    /// Every file that the configuration names, with its key.
    private var namedPaths: [(String, String)] {
        var paths: [(String, String?)] = [("zones.file", zonesFile), ("light.led", light?.led)]
        paths += [("loudspeaker.player", loudspeaker?.player), ("loudspeaker.clips", loudspeaker?.clipsFolder)]
        for (index, destination) in destinations.enumerated() {
            let place = "upload[\(index + 1)]"
            paths += [
                ("\(place).token_file", destination.tokenFile),
                ("\(place).ca_file", destination.certificateAuthorityFile),
                ("\(place).client_certificate_file", destination.clientCertificateFile),
                ("\(place).client_key_file", destination.clientKeyFile),
            ]
        }
        return paths.compactMap { key, path in path.map { (key, $0) } }
    }

    private static func isInside(_ path: String, _ folder: String) -> Bool {
        path == folder || path.hasPrefix(folder + "/")
    }
}
