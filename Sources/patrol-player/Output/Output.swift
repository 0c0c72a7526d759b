import Glibc

/// Standard output and standard error, written whole and at once. A reader that went away is no concern of a play.
enum Output {
    static func print(_ line: String) { write(line, to: STDOUT_FILENO) }

    static func complain(_ line: String) { write(line, to: STDERR_FILENO) }

    private static func write(_ line: String, to descriptor: CInt) {
        var rest = Array((line + "\n").utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            // write(2): EINTR comes before anything was written; any other error will not pass.
            guard written >= 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(0, written))
        }
    }
}
