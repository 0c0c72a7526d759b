import PatrolCore
import TOMLKit

/// Reads one table of the file key by key and notes every problem instead of stopping at the first.
///
/// A value that is wrong is replaced by a stand-in so that reading can go on; whoever reads must look at the
/// problems before using the result. TOMLKit's decoder is not used, because its message for a wrong type misleads.
struct TableReader {
    private let path: String
    private let table: TOMLTable
    private let problems: ProblemList
    private var known: Set<String> = []

    init(_ table: TOMLTable, path: String, problems: ProblemList) {
        self.table = table
        self.path = path
        self.problems = problems
    }

    /// A text that `check` accepts; `allowed` says in words what that is.
    mutating func text(
        _ key: String,
        default fallback: String?,
        allowed: String,
        where check: (String) -> Bool = { !$0.isEmpty }
    ) -> String {
        guard let value = value(key) else {
            if fallback == nil { report(key, "is missing; allowed: \(allowed)") }
            return fallback ?? ""
        }
        guard let text = value.string else {
            report(key, "is \(describe(value)); allowed: \(allowed), in quotes")
            return fallback ?? ""
        }
        if !check(text) { report(key, "is \"\(VisibleText.of(text))\"; allowed: \(allowed)") }
        return text
    }

    /// A text that may be left out.
    mutating func optionalText(_ key: String, allowed: String, where check: (String) -> Bool) -> String? {
        guard value(key) != nil else { return nil }
        return text(key, default: "", allowed: allowed, where: check)
    }

    /// The absolute path of a file or folder.
    mutating func filePath(_ key: String, default fallback: String) -> String {
        text(key, default: fallback, allowed: TableReader.pathRule, where: TableReader.isAbsolutePath)
    }

    /// The absolute path of a file or folder that may be left out.
    mutating func optionalFilePath(_ key: String) -> String? {
        optionalText(key, allowed: TableReader.pathRule, where: TableReader.isAbsolutePath)
    }

    /// A duration in `range`, written as a number and a unit.
    mutating func duration(_ key: String, default fallback: Duration, in range: ClosedRange<Duration>) -> Duration {
        guard let value = value(key) else { return fallback }
        let allowed =
            "a duration from \(DurationText.format(range.lowerBound)) to \(DurationText.format(range.upperBound))"
            + ", such as \"10s\", \"5min\", \"1h\""
        guard let text = value.string, let duration = DurationText.parse(text) else {
            report(key, "is \(describe(value)); allowed: \(allowed)")
            return fallback
        }
        if !range.contains(duration) { report(key, "is \"\(text)\"; allowed: \(allowed)") }
        return duration
    }

    /// A whole number in `range`.
    mutating func integer(_ key: String, default fallback: Int, in range: ClosedRange<Int>) -> Int {
        guard let value = value(key) else { return fallback }
        guard let integer = value.int, value.type == .int, range.contains(integer) else {
            report(
                key,
                "is \(describe(value)); allowed: a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
            return fallback
        }
        return integer
    }

    /// A number in `range`; a whole number counts as one.
    mutating func number(_ key: String, default fallback: Double, in range: ClosedRange<Double>) -> Double {
        guard let value = value(key) else { return fallback }
        let number = value.type == .int ? value.int.map(Double.init) : value.type == .double ? value.double : nil
        guard let number, range.contains(number) else {
            report(key, "is \(describe(value)); allowed: a number from \(range.lowerBound) to \(range.upperBound)")
            return fallback
        }
        return number
    }

    /// `true` or `false`.
    mutating func flag(_ key: String, default fallback: Bool) -> Bool {
        guard let value = value(key) else { return fallback }
        guard value.type == .bool, let flag = value.bool else {
            report(key, "is \(describe(value)); allowed: true, false")
            return fallback
        }
        return flag
    }

    /// Texts, each of which `check` accepts; none if the key is left out, unless one is needed. Where the texts are `names`,
    /// a message says which one may have been meant.
    mutating func texts(
        _ key: String,
        needsOne: Bool = false,
        mayBeEmpty: Bool = false,
        allowed: String,
        among names: [String] = [],
        where check: (String) -> Bool
    ) -> [String] {
        guard let value = value(key) else {
            if needsOne { report(key, "is missing; allowed: \(allowed)") }
            return []
        }
        let texts = value.array.map { array in array.compactMap(\.string) }
        guard let texts, texts.count == value.array?.count else {
            report(key, "is \(describe(value)); allowed: texts in brackets, [\"…\"], of \(allowed)")
            return []
        }
        // Left out means "all"; written down and empty it says nothing that anybody could mean.
        if texts.isEmpty, needsOne || !mayBeEmpty { report(key, "is empty; allowed: \(allowed)") }
        for text in texts where !check(text) {
            let meant = NameSuggestion.nearest(to: text, among: names).map { "; did you mean \"\($0)\"?" } ?? ""
            report(key, "has \"\(VisibleText.of(text))\"\(meant); allowed: \(allowed)")
        }
        return texts
    }

    /// Whether the key is there, whatever it is.
    mutating func has(_ key: String) -> Bool {
        value(key) != nil
    }

    /// One of the names of an enum's cases.
    mutating func choice<Choice>(_ key: String, default fallback: Choice) -> Choice
    where Choice: RawRepresentable<String> & CaseIterable {
        guard let value = value(key) else { return fallback }
        guard let text = value.string, let choice = Choice(rawValue: text) else {
            let names = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            report(key, "is \(describe(value)); allowed: \(names)")
            return fallback
        }
        return choice
    }

    /// A table below this one; an absent one reads as empty, so that its defaults hold.
    mutating func table(_ key: String) -> TableReader {
        let value = value(key)
        if let value, value.table == nil {
            report(key, "is \(describe(value)); allowed: a table, [\(qualified(key))]")
        }
        return TableReader(value?.table ?? TOMLTable(), path: qualified(key), problems: problems)
    }

    /// The tables of `[[key]]`, in order; none if there are none.
    mutating func tables(_ key: String) -> [TableReader] {
        guard let value = value(key) else { return [] }
        let tables = value.array.map { array in array.compactMap(\.table) }
        guard let tables, tables.count == value.array?.count else {
            report(key, "is \(describe(value)); allowed: tables, each beginning with [[\(qualified(key))]]")
            return []
        }
        return tables.enumerated().map { index, table in
            TableReader(table, path: "\(qualified(key))[\(index + 1)]", problems: problems)
        }
    }

    /// Notes a problem of a value that was read here.
    func report(_ key: String, _ message: String) {
        problems.add(qualified(key), message)
    }

    /// Notes every key that nobody asked for, with the nearest one that exists. The last call on a reader.
    /// - Parameter hints: for keys that are none, and whose purpose is another key's: what to write instead.
    func finish(hints: [String: String] = [:]) {
        for key in table.keys.sorted() where !known.contains(key) {
            if let hint = hints[key] {
                problems.add(qualified(key), "is not a known key; allowed: \(hint)")
                continue
            }
            let nearest = EditDistance.nearest(to: key, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
            let names = known.sorted().joined(separator: ", ")
            problems.add(qualified(key), "is not a known key\(nearest) (known here: \(names))")
        }
    }

    private mutating func value(_ key: String) -> (any TOMLValueConvertible)? {
        known.insert(key)
        return table[key]
    }

    private func qualified(_ key: String) -> String {
        path.isEmpty ? key : "\(path).\(key)"
    }

    private func describe(_ value: any TOMLValueConvertible) -> String {
        switch value.type {
        case .string: "\"\(value.string ?? "")\""
        case .int, .double, .bool: "\(value.type) \(value.debugDescription)"
        default: "a \(value.type)"
        }
    }

    static let pathRule = "an absolute path without control characters and without a blank at its end"

    /// A blank at the end is a slip that no terminal shows, and no file is found by it.
    static func isAbsolutePath(_ text: String) -> Bool {
        text.hasPrefix("/") && isTrimmed(text)
    }

    /// Whether a text has something in it, no blank at either end, and nothing that is obeyed instead of being seen.
    static func isTrimmed(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return false }
        return !first.properties.isWhitespace && !last.properties.isWhitespace
            && VisibleText.isVisible(text)
    }
}
