import PatrolSystem

/// Why something on this cart keeps a batch from being sent at all. The text names the file and what is allowed; only a
/// person can change it.
struct LocalProblem: Error, CustomStringConvertible {
    let description: String
}

/// Reads the small files that an upload needs. They are read for each attempt, so that a renewed token or certificate
/// is used without a restart; nothing slower than a page of the cache is touched for it.
enum LocalFile {
    /// The bytes of a file, without the mark that editors on Windows put first.
    /// - Parameters:
    ///   - what: what the file is, for messages.
    ///   - maximumBytes: a longer file is not what it should be.
    static func read(
        _ path: String,
        what: String,
        for readers: SmallFile.Readers,
        maximumBytes: Int
    ) throws(LocalProblem) -> [UInt8] {
        do {
            return try SmallFile.bytes(of: path, for: readers, maximumBytes: maximumBytes).bytes
        } catch {
            let clause =
                if case .unreadable(let code) = error.reason {
                    "cannot be read: \(SystemError.text(code).lowercasedFirst)"
                } else {
                    error.clause
                }
            throw LocalProblem(description: "the \(what) \(path) \(clause)")
        }
    }
}

extension String {
    /// As in the middle of a sentence.
    var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
