import Foundation
import Testing

/// The repository as text, for rules that the compiler does not know.
enum Tree {
    /// The top of the repository: three folders above this file.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// A source file with its place below the top.
    struct File: Sendable, CustomTestStringConvertible {
        var path: String
        var text: String

        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
        var testDescription: String { path }
    }

    /// Every Swift file that a person wrote below a folder, in the order of the paths.
    static func swiftFiles(below folder: String) throws -> [File] {
        let base = root.appending(path: folder).path
        let paths = try FileManager.default.subpathsOfDirectory(atPath: base)
        return try paths.filter { $0.hasSuffix(".swift") && !$0.hasSuffix(".pb.swift") }.sorted().map { path in
            File(
                path: "\(folder)/\(path)",
                text: try String(contentsOf: root.appending(path: "\(folder)/\(path)"), encoding: .utf8)
            )
        }
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The modules that a file imports; of `import func Glibc.sin` the whole of `Glibc.sin`.
    static func imports(of file: File) -> [String] {
        file.lines.compactMap { line in
            let words = line.split(separator: " ").filter {
                !["public", "internal", "package", "private", "fileprivate", "@testable", "@preconcurrency"]
                    .contains($0)
            }
            guard words.first == "import", let name = words.last else { return nil }
            return String(name)
        }
    }
}
