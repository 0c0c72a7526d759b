import Foundation
import PatrolSystem
import PatrolVehicle
import Synchronization
import Testing

/// A folder like one of `/sys/class/leds`, on a machine without LEDs, that writes down who wrote what, in order.
///
/// inotify(7) tells of each write in the order in which they were made, also across files. A thread answers like the
/// kernel: with the trigger `timer` the files `delay_on` and `delay_off` appear, with another one they go, and
/// `trigger` lists all of them with the active one in brackets. Nothing it does itself is among what it writes down,
/// for it moves finished files into place.
final class LEDFolder: Sendable {
    enum Behaviour {
        /// As the kernel does it.
        case kernel
        /// All files are there from the beginning, and nobody answers.
        case plain
    }

    let root: String
    private let path: String
    private let behaviour: Behaviour
    private let descriptor: Int32
    private let log = Mutex<[String]>([])
    private let arrivals = DispatchSemaphore(value: 0)

    init(_ behaviour: Behaviour) throws {
        self.behaviour = behaviour
        root = FileManager.default.temporaryDirectory.appending(path: "patrold-leds-\(UUID().uuidString)").path
        path = root + "/roof"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        descriptor = inotify_init1(Int32(IN_CLOEXEC))
        try #require(descriptor >= 0)
        place("trigger", "[none] timer heartbeat")
        place("brightness", "255")
        if behaviour == .plain { for name in ["delay_on", "delay_off"] { place(name, "500") } }
        try #require(inotify_add_watch(descriptor, path, UInt32(IN_CLOSE_WRITE | IN_DELETE_SELF)) >= 0)
        let thread = try NativeThread(name: "led-folder") { [self] in while serve() {} }
        _ = thread
    }

    var led: LED { LED(root: root, name: "roof") }

    /// What was written, as `FILE TEXT`, once so many writes have been seen and answered.
    func writes(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) throws -> [String] {
        let limit = DispatchTime.now() + 10
        while log.withLock({ $0.count }) < count {
            try #require(
                arrivals.wait(timeout: limit) == .success,
                "only \(log.withLock { $0 })",
                sourceLocation: sourceLocation
            )
        }
        return log.withLock { $0 }
    }

    func text(_ name: String) -> String? { try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }

    /// Puts a whole file into its place, as the kernel or a stranger would have it.
    func place(_ name: String, _ text: String) {
        // Beside the watched folder, so that only the move is seen there, and that is not watched.
        let temporary = "\(root)/\(name).new"
        _ = FileManager.default.createFile(atPath: temporary, contents: Data("\(text)\n".utf8))
        rename(temporary, "\(path)/\(name)")
    }

    /// Takes a file away, or puts a folder or a link into its place.
    func remove(_ name: String, insteadLinkTo target: String? = nil, insteadFolder: Bool = false) {
        unlink("\(path)/\(name)")
        if let target { symlink(target, "\(path)/\(name)") }
        if insteadFolder { mkdir("\(path)/\(name)", 0o755) }
    }

    /// Ends the thread with the folder.
    func close() {
        try? FileManager.default.removeItem(atPath: root)
    }

    /// - Returns: whether there will be more.
    private func serve() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return false }
        var offset = 0
        let head = MemoryLayout<inotify_event>.size
        while offset < count {
            let event = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: inotify_event.self) }
            guard event.mask & UInt32(IN_DELETE_SELF | IN_IGNORED) == 0 else {
                _ = Glibc.close(descriptor)
                return false
            }
            let name = bytes[(offset + head)..<(offset + head + Int(event.len))].prefix { $0 != 0 }
            answer(String(decoding: name, as: UTF8.self))
            offset += head + Int(event.len)
        }
        return true
    }

    private func answer(_ name: String) {
        let written = (text(name) ?? "(gone)").trimmingCharacters(in: .newlines)
        if behaviour == .kernel, name == "trigger" {
            place("trigger", "none timer heartbeat".replacing(written, with: "[\(written)]"))
            for delay in ["delay_on", "delay_off"] {
                if written == "timer" { place(delay, "500") } else { remove(delay) }
            }
        }
        log.withLock { $0.append("\(name) \(written)") }
        arrivals.signal()
    }
}
