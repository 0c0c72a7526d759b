import CProcess
import Glibc
import PatrolSystem

/// A running child: its standard descriptors are sockets whose other ends are held here, so that the death of the
/// daemon closes them. It is reaped exactly once, by whoever owns it.
///
/// Sockets rather than pipes, because they can be made close-on-exec at once (see ``WakeDescriptor``) and send(2) can
/// do without SIGPIPE.
final class ChildProcess: Sendable {
    /// How a process ended.
    enum Exit: Hashable, Sendable {
        /// It returned a code.
        case code(Int32)
        /// A signal ended it.
        case signal(Int32)
        /// Somebody else has reaped it.
        case unknown
    }

    /// The process, and its group.
    let pid: Int32
    /// Becomes readable when the process has ended.
    let descriptor: Int32
    /// Its standard input, to be written.
    let input: Int32
    /// Its standard output, to be read without blocking.
    let output: Int32
    /// Its standard error, to be read without blocking.
    let error: Int32

    /// Starts a program. There is no shell, nothing is looked up, nothing but the three sockets is passed on.
    /// - Parameters:
    ///   - path: the program.
    ///   - arguments: without the program's own name.
    ///   - environment: all of it.
    /// - Throws: what socketpair(2), posix_spawn(3) or pidfd_open(2) says, with the path.
    init(path: String, arguments: [String], environment: [String: String]) throws(SystemCallError) {
        let input = try SocketPair(for: path)
        let output = try SocketPair(for: path)
        let error = try SocketPair(for: path)
        let arguments = CStrings([path] + arguments)
        let environment = CStrings(environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
        var process = patrol_process()
        let result = withExtendedLifetime((arguments, environment)) {
            patrol_process_start(
                &process,
                path,
                arguments.pointers,
                environment.pointers,
                input.theirs,
                output.theirs,
                error.theirs
            )
        }
        guard result == 0 else { throw SystemCallError(call: "posix_spawn", errno: -result, context: path) }
        pid = process.pid
        descriptor = process.descriptor
        self.input = input.takeOurs()
        self.output = output.takeOurs()
        self.error = error.takeOurs()
    }

    deinit {
        for descriptor in [descriptor, input, output, error] { close(descriptor) }
    }

    /// Writes a line to its standard input. It never blocks, and that it fails is no news: a process that does not read
    /// or has ended is found out by the deadlines or by its end.
    func send(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = Glibc.send(input, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
    }

    /// Sends a signal to the process and to what it may have started; never after ``reap()``.
    func signal(_ signal: Int32) {
        kill(-pid, signal)
    }

    /// Takes the exit of a process that has ended; waits for one that has not.
    func reap() -> Exit {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { return .unknown }
        }
        // wait(2)'s macros, which Swift cannot import: the low seven bits are the signal, the next byte is the code.
        let signal = status & 0x7F
        return signal == 0 ? .code(status >> 8 & 0xFF) : .signal(signal)
    }

    /// Reads what there is, at most once.
    /// - Returns: empty for nothing now, `nil` at the end.
    static func read(_ descriptor: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count > 0 { return Array(buffer[..<count]) }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? [] : nil
    }
}

/// Two connected sockets, one for each side; both are closed with this unless ours is taken.
private final class SocketPair {
    let theirs: Int32
    private var ours: Int32

    init(for path: String) throws(SystemCallError) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw SystemCallError(call: "socketpair", errno: errno, context: path)
        }
        (ours, theirs) = (ends[0], ends[1])
    }

    deinit {
        close(theirs)
        if ours >= 0 { close(ours) }
    }

    func takeOurs() -> Int32 {
        defer { ours = -1 }
        return ours
    }
}

/// A null-terminated array of C strings, as exec(3) wants it.
private final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        pointers = .allocate(capacity: count + 1)
        for (index, string) in strings.enumerated() { (pointers + index).initialize(to: strdup(string)) }
        (pointers + count).initialize(to: nil)
    }

    deinit {
        for index in 0..<count { free(pointers[index]) }
        pointers.deallocate()
    }
}
