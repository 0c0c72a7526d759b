import ArgumentParser
import Glibc

/// Standard output and standard error, written whole: a reader that went away ends the program quietly.
enum Output {
    static func print(_ line: String) {
        write(line + "\n", to: STDOUT_FILENO)
    }

    static func raw(_ text: String) {
        write(text, to: STDOUT_FILENO)
    }

    static func complain(_ line: String) {
        write(line + "\n", to: STDERR_FILENO)
    }

    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                // write(2): EINTR comes before anything was written; any other error will not pass.
                if errno == EINTR { continue }
                exit(Exit.usageOrIO.rawValue)
            }
            rest = rest.dropFirst(written)
        }
    }
}
