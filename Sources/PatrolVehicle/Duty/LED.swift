import Glibc
public import PatrolCore
public import PatrolSystem

/// The warning light as Linux's LED class shows it: a folder of small files (Documentation/leds/leds-class.rst).
///
/// It blinks by the kernel's trigger `timer`, so that it goes on when the daemon dies. Nothing is undone when this
/// value goes or the process ends. Its calls block for as long as the driver takes, and up to ``patience``.
public struct LED: Hashable, Sendable {
    /// Where Linux has them.
    public static let systemRoot = "/sys/class/leds"

    /// The folder of the light.
    public let path: String
    /// How long a file of the trigger may take to appear and to become writable after the trigger was set: the kernel
    /// makes it then, as root's, and udev's rule gives it to the daemon a little later.
    public let patience: Duration

    /// - Parameters:
    ///   - root: the folder of all lights: ``systemRoot``, or one with the same files.
    ///   - name: the light's name in it.
    ///   - patience: see there.
    public init(root: String, name: String, patience: Duration = .seconds(1)) {
        path = root + "/" + name
        self.patience = patience
    }

    /// Sets the light.
    ///
    /// For blinking: `trigger`, then `delay_on` and `delay_off`, which only appear with the trigger. A trigger that is
    /// `timer` already is left alone, because setting it again makes those files anew.
    /// - Throws: the first call that failed, with the path of its file; what was set before it stays set.
    public func write(_ setting: LightSetting) throws(SystemCallError) {
        switch setting {
        case .off:
            try write("none", to: "trigger")
            try write("0", to: "brightness")
        case .blinking(let on, let off):
            let isSet = try activeTrigger() == "timer"
            if !isSet { try write("timer", to: "trigger") }
            try write("\(on)", to: "delay_on", waiting: !isSet)
            try write("\(off)", to: "delay_off", waiting: !isSet)
        }
    }

    /// Reads the light back.
    public func read() -> LightReading {
        do throws(SystemCallError) {
            return try reading()
        } catch {
            return .unreadable("\(error)")
        }
    }

    private func reading() throws(SystemCallError) -> LightReading {
        switch try activeTrigger() {
        case "timer":
            let (on, off) = (try text(of: "delay_on"), try text(of: "delay_off"))
            guard let onMilliseconds = Int(on), let offMilliseconds = Int(off) else {
                return .other("blinking, but its delays are \"\(on)\" and \"\(off)\"")
            }
            return .setting(.blinking(onMilliseconds: onMilliseconds, offMilliseconds: offMilliseconds))
        case "none":
            let brightness = try text(of: "brightness")
            return brightness == "0" ? .setting(.off) : .other("not blinking, its brightness is \"\(brightness)\"")
        case .some(let other):
            return .other("its trigger is \"\(other)\"")
        case nil:
            return .other("its trigger file names none: \"\(try text(of: "trigger"))\"")
        }
    }

    /// The kernel lists all triggers and puts the active one in brackets: `none [timer] heartbeat`. A folder tree of
    /// plain files shows the one word that was written.
    private func activeTrigger() throws(SystemCallError) -> String? {
        let words = try text(of: "trigger").split(separator: " ")
        if words.count == 1, !words[0].hasPrefix("[") { return String(words[0]) }
        let active = words.filter { $0.hasPrefix("[") && $0.hasSuffix("]") }
        return active.count == 1 ? String(active[0].dropFirst().dropLast()) : nil
    }

    // MARK: - Files

    private func text(of file: String) throws(SystemCallError) -> String {
        let path = path + "/" + file
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SystemCallError(call: "open", errno: errno, context: path) }
        defer { close(descriptor) }
        // A file of sysfs is a page at most, and a read gives all of it.
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw SystemCallError(call: "read", errno: errno, context: path) }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        return text.split { $0.isWhitespace }.joined(separator: " ")
    }

    private func write(_ text: String, to file: String, waiting: Bool) throws(SystemCallError) {
        let pause: UInt32 = 10_000
        var attempts = waiting ? patience.nanoseconds / (Int64(pause) * 1000) : 0
        while true {
            do throws(SystemCallError) {
                return try write(text, to: file)
            } catch {
                guard attempts > 0, [ENOENT, EACCES, EPERM].contains(error.errno) else { throw error }
                attempts -= 1
                usleep(pause)
            }
        }
    }

    /// One write(2), as sysfs wants it; the file is never made.
    private func write(_ text: String, to file: String) throws(SystemCallError) {
        let path = path + "/" + file
        let descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SystemCallError(call: "open", errno: errno, context: path) }
        defer { close(descriptor) }
        let bytes = Array("\(text)\n".utf8)
        let count = Glibc.write(descriptor, bytes, bytes.count)
        guard count == bytes.count else {
            throw SystemCallError(call: "write", errno: count < 0 ? errno : EIO, context: path)
        }
    }
}
