import Foundation

/// A folder of its own for a test, removed with everything in it.
struct TemporaryFolder {
    let path: String

    static func with<Result>(_ body: (TemporaryFolder) async throws -> Result) async throws -> Result {
        let path = FileManager.default.temporaryDirectory.appending(path: "collector-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        defer {
            // What is left over in the system's temporary folder does no harm.
            try? FileManager.default.removeItem(atPath: path)
        }
        return try await body(TemporaryFolder(path: path))
    }

    /// Writes a file and gives it a mode.
    func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
        let path = "\(self.path)/\(name)"
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }
}
