/// Metrics in the text format that Prometheus scrapes, version 0.0.4: a family of samples has one name, one kind, one line
/// of help, and its samples stand together.
///
/// Names follow its conventions: a prefix for the program, base units (seconds, bytes, meters) at the end, `_total` for what
/// only grows. Numbers without a unit of their own are counts.
public struct MetricsText: Sendable {
    /// What Prometheus wants to hear as the type of the answer.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// How the samples of a family change.
    public enum Kind: String, Sendable {
        /// Only up, or back to 0 with a restart.
        case counter
        /// Up and down.
        case gauge
    }

    /// One value.
    public struct Sample: Sendable {
        fileprivate var labels: [(name: String, value: String)]
        fileprivate var value: Double

        /// - Parameters:
        ///   - value: not a number and infinity too.
        ///   - labels: what tells it from the other samples of its family; names of `a`–`z` and `_`.
        public init(_ value: Double, _ labels: KeyValuePairs<String, String> = [:]) {
            self.value = value
            self.labels = labels.map { (name: $0.key, value: $0.value) }
        }

        /// See ``init(_:_:)``.
        public init(_ value: Int64, _ labels: KeyValuePairs<String, String> = [:]) {
            self.init(Double(value), labels)
        }

        /// 1 for yes, 0 for no.
        public init(_ value: Bool, _ labels: KeyValuePairs<String, String> = [:]) {
            self.init(value ? 1.0 : 0, labels)
        }
    }

    /// The text so far.
    public private(set) var text = ""
    private let prefix: String

    /// - Parameter prefix: with which all names begin, without the `_` behind it.
    public init(prefix: String) {
        self.prefix = prefix
    }

    /// A family; nothing is written of one without samples.
    /// - Parameters:
    ///   - name: without the prefix.
    ///   - help: one sentence.
    public mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        let name = prefix + "_" + name
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
        for sample in samples {
            text += name
            if !sample.labels.isEmpty {
                let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
                text += "{" + labels.joined(separator: ",") + "}"
            }
            text += " \(Self.number(sample.value))\n"
        }
    }

    /// A family of one sample, or none if the value is not known.
    public mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Double?) {
        add(name, kind, help, value.map { [Sample($0)] } ?? [])
    }

    /// "Label values can be any sequence of UTF-8 characters, but backslash, double-quote, and line feed have to be escaped";
    /// a line of help has no quotes around it.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// As Go's `ParseFloat` reads it.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value) { return "\(whole)" }
        return "\(value)"
    }
}
