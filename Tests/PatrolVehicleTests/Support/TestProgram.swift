import Foundation

/// Programs that tests write themselves.
enum TestProgram {
    /// Puts a script into a file of the system's folder for such things.
    ///
    /// Another process writes it: whatever another test starts in that moment would inherit a descriptor of this one, and a
    /// program that is open for writing cannot be executed (execve(2), ETXTBSY).
    /// - Returns: its path; `nil` if that does not succeed.
    static func make(_ name: String, _ script: String) -> String? {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(name)-\(UUID().uuidString)").path
        let install = Process()
        install.executableURL = URL(filePath: "/usr/bin/install")
        install.arguments = ["-m", "755", file + ".source", file]
        guard FileManager.default.createFile(atPath: file + ".source", contents: Data(script.utf8)) else { return nil }
        // What cannot be removed lies in the system's folder for such things.
        defer { try? FileManager.default.removeItem(atPath: file + ".source") }
        do {
            try install.run()
        } catch {
            return nil
        }
        install.waitUntilExit()
        return install.terminationStatus == 0 ? file : nil
    }
}
