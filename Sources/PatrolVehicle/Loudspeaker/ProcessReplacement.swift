import CProcess
import Glibc
public import PatrolSystem

/// Starts this program anew in its own place: the process ID, the environment and the arguments stay.
public enum ProcessReplacement {
    /// Nothing of the program runs after it.
    /// - Throws: why it cannot be.
    public static func perform() throws(SystemCallError) -> Never {
        let result = patrol_process_replace(path, CommandLine.unsafeArgv)
        throw SystemCallError(call: "execv", errno: -result, context: path)
    }

    /// Where the program lies. After an upgrade it is the new one that has the old one's name (proc_pid_exe(5)).
    private static var path: String {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &bytes, bytes.count)
        guard count > 0 else { return CommandLine.arguments[0] }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        let mark = " (deleted)"
        return text.hasSuffix(mark) ? String(text.dropLast(mark.count)) : text
    }
}
