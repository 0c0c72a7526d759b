import ArgumentParser
import Glibc
import PatrolCore

/// Standard output and standard error, written whole: a reader that went away ends the program quietly.
enum Output {
    /// A line for people: whatever it holds, it stays one line, and the terminal obeys nothing in it.
    static func print(_ line: String) {
        write(VisibleText.of(line) + "\n", to: STDOUT_FILENO)
    }

    /// Lines for people, all at once; see ``print(_:)``.
    static func print(_ lines: [String]) {
        write(lines.map { VisibleText.of($0) + "\n" }.joined(), to: STDOUT_FILENO)
    }

    /// Lines for programs, all at once.
    static func json(_ lines: [String]) {
        write(lines.map { $0 + "\n" }.joined(), to: STDOUT_FILENO)
    }

    /// For programs, as it is.
    static func json(_ text: String) {
        write(text + "\n", to: STDOUT_FILENO)
    }

    static func raw(_ text: String) {
        write(text, to: STDOUT_FILENO)
    }

    static func raw(_ text: String, isError: Bool) {
        write(text, to: isError ? STDERR_FILENO : STDOUT_FILENO)
    }

    static func complain(_ line: String) {
        write(VisibleText.of(line) + "\n", to: STDERR_FILENO)
    }

    /// As it is at this moment, for windows are resized; `nil` if standard output is no terminal.
    static var terminalSize: (columns: Int, rows: Int)? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        // ioctl_tty(2): a terminal that was never told its size says 0.
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

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
