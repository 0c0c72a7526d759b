import Glibc

/// An open file descriptor; closed with its last use.
struct Descriptor: ~Copyable {
    let raw: CInt

    /// - Parameter raw: what the system call gave, not negative.
    init(_ raw: CInt) {
        self.raw = raw
    }

    deinit {
        close(raw)
    }

    /// Reads never wait and writes never wait (fcntl(2), O_NONBLOCK).
    func setNonBlocking() throws(SimulatorError) {
        let flags = fcntl(raw, F_GETFL)
        guard flags >= 0, fcntl(raw, F_SETFL, flags | O_NONBLOCK) == 0 else {
            throw SimulatorError("cannot make a descriptor non-blocking", errno: errno)
        }
    }

    /// What a non-blocking read that throws everything away found.
    enum DrainOutcome {
        /// Nothing more now.
        case empty
        /// The writer has closed.
        case closed
    }

    /// Reads and forgets: a receiver that cannot be configured. gpsd sends its probes here, and their bytes must not fill
    /// the buffers.
    func drain() -> DrainOutcome {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(raw, &buffer, buffer.count)
            if count > 0 || (count < 0 && errno == EINTR) { continue }
            return count == 0 || errno != EAGAIN ? .closed : .empty
        }
    }
}
