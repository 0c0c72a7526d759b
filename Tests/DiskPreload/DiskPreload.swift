import Foundation

/// A disk that fails, lasts or hangs as a test says, or that writes down what reaches it, for a program that is started
/// with ``environment``. Works by `disk.c` beside this file, built with the machine's C compiler.
package final class DiskPreload: Sendable {
    /// The C compiler; `nil` on a machine without one.
    package static let compiler = ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    package static var isPossible: Bool { compiler != nil }
    package static let notPossible = "no C compiler: no bad disk was tried"

    /// What a fault meets.
    package enum Call: String, Sendable, CaseIterable {
        /// open(2) that makes a file.
        case create
        /// open(2) for writing.
        case openForWriting = "openw"
        /// open(2) for anything.
        case open
        case read, write
        /// ftruncate(2).
        case truncate
        /// posix_fallocate(3).
        case allocate
        /// fsync(2) and fdatasync(2).
        case sync
        /// unlink(2) and rename(2).
        case remove
    }

    /// What becomes of it.
    package enum Fault: Sendable {
        /// It fails with this `errno`.
        case error(Int32)
        /// It takes so many milliseconds, or as long as the fault is there if that is less.
        case delay(milliseconds: Int)
        /// It does not come back as long as the fault is there.
        case hang
    }

    /// For programs that shall have this disk.
    package let environment: [String: String]
    private let control: String

    /// Builds the library; about 0.2 s.
    /// - Parameters:
    ///   - folder: for the library and its control file; not one of those that are watched.
    ///   - watched: absolute paths of folders; faults and the record are about files below them.
    ///   - record: a file for everything that reaches the disk; see ``DiskRecord``.
    package init(in folder: String, watching watched: [String], recordingTo record: String? = nil) throws {
        let library = folder + "/disk.so"
        let source = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "disk.c").path
        guard let compiler = Self.compiler else { throw CocoaError(.executableNotLoadable) }
        let process = Process()
        process.executableURL = URL(filePath: compiler)
        process.arguments = [
            "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-O1", "-fPIC", "-shared", "-o", library, source,
        ]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        control = folder + "/disk.control"
        var environment = [
            "LD_PRELOAD": library, "PATROLD_DISK_FOLDERS": watched.joined(separator: ":"),
            "PATROLD_DISK_CONTROL": control,
        ]
        environment["PATROLD_DISK_RECORD"] = record
        self.environment = environment
    }

    /// From now on these calls meet this fault, and no others do; also those that hang already.
    /// - Parameter part: only files whose path contains this.
    package func set(_ fault: Fault, of calls: [Call], on part: String = "") throws {
        let action =
            switch fault {
            case .error(let code): "error \(code)"
            case .delay(let milliseconds): "delay \(milliseconds)"
            case .hang: "hang 0"
            }
        let rules = calls.map { "\($0.rawValue) \(action) \(part)\n" }.joined()
        try Data(rules.utf8).write(to: URL(filePath: control), options: .atomic)
    }

    /// From now on the disk is good.
    package func heal() throws {
        try Data().write(to: URL(filePath: control), options: .atomic)
    }
}
