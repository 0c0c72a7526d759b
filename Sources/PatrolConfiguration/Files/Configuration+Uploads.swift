import Glibc
public import PatrolUplink

/// The files of `[[upload]]`.
extension Configuration {
    private static let keys: [HTTPUplinkSettings.File: String] = [
        .token: "token_file", .authority: "ca_file", .certificate: "client_certificate_file", .key: "client_key_file",
    ]

    func uploadProblems() -> [ConfigurationProblem] {
        destinations.enumerated().flatMap { index, destination in
            problems(of: destination.uplink(credentials: nil), "upload[\(index + 1)]") { file in
                destination.value(file).map { Credential.name(in: $0) == nil } ?? false
            }
        }
    }

    /// What is wrong with the secrets that root keeps for the service; only root can tell.
    func credentialProblems() -> [ConfigurationProblem] {
        var all: [ConfigurationProblem] = []
        for (index, destination) in destinations.enumerated() {
            let names = [destination.tokenFile, destination.clientKeyFile].compactMap { $0 }
                .compactMap(Credential.name(in:))
            guard !names.isEmpty else { continue }
            let place = "upload[\(index + 1)]"
            guard getuid() == 0 else {
                let message = "is root's to look into (\(Credential.sourceFolder)); run patrold check as root for it"
                all.append(ConfigurationProblem(key: "\(place).token_file", message: message, isWarning: true))
                continue
            }
            all += problems(of: destination.uplink(credentials: nil), place) { file in
                destination.value(file).map { Credential.name(in: $0) != nil } ?? false
            }
        }
        return all
    }

    private func problems(
        of uplink: HTTPUplinkSettings,
        _ place: String,
        where isWanted: (HTTPUplinkSettings.File) -> Bool
    ) -> [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        var reached: Set<HTTPUplinkSettings.File> = []
        for file in HTTPUplinkSettings.File.allCases where isWanted(file) {
            guard let path = uplink.path(of: file), let key = Self.keys[file] else { continue }
            if let problem = FileAccess.problem(of: path, .read) ?? openness(of: path, file) {
                problems.append(ConfigurationProblem(key: "\(place).\(key)", message: "names \(path), \(problem)"))
            } else {
                reached.insert(file)
                if let warning = groupWarning(path, file) {
                    let message = "names \(path), \(warning)"
                    problems.append(ConfigurationProblem(key: "\(place).\(key)", message: message, isWarning: true))
                }
            }
        }
        for fault in uplink.fileFaults(of: reached) {
            guard let key = Self.keys[fault.file] else { continue }
            problems.append(ConfigurationProblem(key: "\(place).\(key)", message: fault.message))
        }
        return problems
    }

    /// A secret that is none.
    private func openness(of path: String, _ file: HTTPUplinkSettings.File) -> String? {
        var status = stat()
        guard file.isSecret, stat(path, &status) == 0, status.st_mode & 0o007 != 0 else { return nil }
        return "which everybody on this cart may use: it has \(FileAccess.modeAndOwner(path)); "
            + "allowed: 600 (chmod 600 \(path)), or \(Credential.prefix)NAME for a file in \(Credential.sourceFolder)"
    }

    private func groupWarning(_ path: String, _ file: HTTPUplinkSettings.File) -> String? {
        var status = stat()
        guard file.isSecret, stat(path, &status) == 0, status.st_mode & 0o070 != 0, status.st_gid != 0 else {
            return nil
        }
        let group = FileAccess.groupName(status.st_gid)
        return "which group \(group) may use, and with it whoever may ask the socket: it has "
            + "\(FileAccess.modeAndOwner(path)); better: 600, or \(Credential.prefix)NAME for a file in \(Credential.sourceFolder)"
    }
}

extension Configuration.Destination {
    /// Where batches go and as whom.
    /// - Parameter credentials: `$CREDENTIALS_DIRECTORY`; `nil` where there is no service manager.
    public func uplink(credentials: String?) -> HTTPUplinkSettings {
        HTTPUplinkSettings(
            url: url,
            encoding: encoding,
            tokenFile: tokenFile.map { Credential.path(of: $0, folder: credentials) },
            certificateAuthorityFile: certificateAuthorityFile,
            clientCertificateFile: clientCertificateFile,
            clientKeyFile: clientKeyFile.map { Credential.path(of: $0, folder: credentials) }
        )
    }

    fileprivate func value(_ file: HTTPUplinkSettings.File) -> String? {
        switch file {
        case .token: tokenFile
        case .authority: certificateAuthorityFile
        case .certificate: clientCertificateFile
        case .key: clientKeyFile
        }
    }
}
