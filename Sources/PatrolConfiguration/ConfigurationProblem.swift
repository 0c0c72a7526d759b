import PatrolCore

/// One thing that is wrong with a configuration file: which key, what stands there, what is allowed.
public struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
    /// The key with its tables, for example `gps.port` or `upload[2].url`; empty for the file as a whole.
    public var key: String
    /// What is wrong, with the value found and what is allowed.
    public var message: String
    /// Whether it may be meant that way, or may pass: said, and no reason to fail.
    public var isWarning: Bool

    /// See the properties.
    public init(key: String, message: String, isWarning: Bool = false) {
        self.key = key
        self.message = message
        self.isWarning = isWarning
    }

    /// One line for a person.
    public var description: String {
        (isWarning ? "warning: " : "") + VisibleText.of(key.isEmpty ? message : "\(key): \(message)")
    }
}

/// A file that cannot be used, with everything that is wrong with it at once.
public struct ConfigurationError: Error, CustomStringConvertible {
    /// The file.
    public var path: String
    /// At least one.
    public var problems: [ConfigurationProblem]

    /// See the properties.
    public init(path: String, problems: [ConfigurationProblem]) {
        self.path = path
        self.problems = problems
    }

    /// A line for each problem, each with the file's path.
    public var description: String {
        problems.map { "\(path): \($0)" }.joined(separator: "\n")
    }
}

/// Collects the problems of one file while its tables are read.
final class ProblemList {
    private(set) var problems: [ConfigurationProblem] = []

    func add(_ key: String, _ message: String) {
        problems.append(ConfigurationProblem(key: key, message: message))
    }
}
