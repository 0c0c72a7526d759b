import Foundation
import PatrolCore

@testable import PatrolJournal

/// A folder of its own for one test, removed with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/patrol-journal-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("\(path) is left behind: \(error)")
        }
    }

    /// What a power cut leaves of a journal that is open now: a copy of the bytes in its files.
    /// - Parameter logBytes: cuts the write-ahead log after so many bytes, as if the rest had not reached the disk.
    func copyAfterPowerCut(logBytes: Int? = nil) throws -> TemporaryFolder {
        let copy = try TemporaryFolder()
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
            if let logBytes, name.hasSuffix("-wal") { bytes = bytes.prefix(logBytes) }
            try bytes.write(to: URL(fileURLWithPath: copy.path + "/" + name))
        }
        return copy
    }

    func url(_ name: String) -> URL { URL(fileURLWithPath: path + "/" + name) }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: url(name))) }

    func write(_ bytes: [UInt8], to name: String) throws { try Data(bytes).write(to: url(name)) }

    func remove(_ name: String) throws { try FileManager.default.removeItem(at: url(name)) }

    /// Of a closed journal.
    func changeMarks(_ change: (inout JournalMarks) -> Void) throws {
        let file = try MarksFile(folder: path)
        guard var marks = file.marks else { return }
        change(&marks)
        try file.write(marks)
    }

    /// The size of the journal's write-ahead log.
    func logBytes() throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path + "/journal.sqlite-wal")
        return attributes[.size] as? Int ?? 0
    }
}
