import Glibc

/// All that `patrold check` looks at beyond the text of the configuration, as the service will find it.
public struct ConfigurationCheck {
    private let configuration: Configuration
    private let found: [ConfigurationProblem]

    /// Becomes the service's user, if there is one to become, and looks.
    ///
    /// Credentials are root's own, so they are looked at before.
    /// - Parameter user: as whom to look; `nil` for as whoever runs this.
    /// - Throws: ``ConfigurationError`` if the configuration is none; ``ServiceUser/Failure``.
    public init(path: String, as user: ServiceUser?) throws {
        let credentials = Self.credentialProblems(path: path)
        try user?.assume()
        if let user, let problem = FileAccess.problem(of: path, .read) {
            throw ConfigurationError(
                path: path,
                problems: [ConfigurationProblem(key: "", message: "is the configuration, \(problem) (as \(user.name))")]
            )
        }
        configuration = try Configuration.load(path: path)
        found =
            configuration.fileProblems() + configuration.journalProblems() + credentials
            + configuration.trustProblems(path: path, owners: user.map { [0, $0.userID] })
            + configuration.unitProblems(user) + configuration.deepVoiceProblems()
    }

    /// What keeps the configuration from doing what it says.
    public var errors: [ConfigurationProblem] { found.filter { !$0.isWarning } }
    /// What is doubtful, or may pass.
    public var warnings: [ConfigurationProblem] { found.filter(\.isWarning) }
    /// For its summary and its plan.
    public var result: Configuration { configuration }

    private static func credentialProblems(path: String) -> [ConfigurationProblem] {
        do {
            return try Configuration.load(path: path).credentialProblems()
        } catch {
            // What is wrong with it is told when the service's user reads it.
            return []
        }
    }
}
