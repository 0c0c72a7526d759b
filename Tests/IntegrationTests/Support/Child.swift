import Foundation
import Glibc
import PatrolCore

/// A child process by posix_spawn(3), for programs with which Foundation's `Process` cannot live.
///
/// `Process` on Linux learns of a child's end from a socket that the child inherits. PulseAudio closes every descriptor
/// that it did not open itself, so `Process` takes it for dead and waits for it, and with it for all others. Besides, a
/// child of `Process` inherits the blocked signals of the thread that starts it.
final class Child {
    let processID: pid_t
    /// The writing end of the child's standard input; −1 if that is /dev/null, or was closed.
    private var input: Int32 = -1
    /// The reading end of its standard output; −1 if that goes to a file.
    private(set) var output: Int32 = -1
    /// What waitpid(2) said, once it did, and when the child had ended.
    private var end: (status: Int32, seenAt: Instant)?
    private let watch: ChildEndWatch

    /// Where standard output goes; standard error goes to the file too, or is dropped.
    enum Output {
        case file(String)
        case pipe
    }

    /// - Parameters:
    ///   - path: the program, absolute.
    ///   - environment: on top of this process's own.
    ///   - hasInput: whether standard input is a pipe in the hand of the test.
    init(
        _ path: String,
        _ arguments: [String],
        environment: [String: String],
        hasInput: Bool = false,
        output: Output
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var theirs: [Int32] = []
        defer { for descriptor in theirs { close(descriptor) } }
        if hasInput {
            let ends = try Self.pipe()
            input = ends.write
            theirs.append(ends.read)
            posix_spawn_file_actions_adddup2(&actions, ends.read, STDIN_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        switch output {
        case .file(let path):
            posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        case .pipe:
            let ends = try Self.pipe()
            self.output = ends.read
            theirs.append(ends.write)
            posix_spawn_file_actions_adddup2(&actions, ends.write, STDOUT_FILENO)
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        }
        processID = try Self.spawn(path, arguments, environment, &actions)
        watch = ChildEndWatch(processID)
    }

    deinit {
        kill()
        if input >= 0 { close(input) }
        if output >= 0 { close(output) }
    }

    var isRunning: Bool { look() == nil }

    func send(_ signal: Int32) {
        if isRunning { Glibc.kill(processID, signal) }
    }

    /// SIGKILL, and gone.
    func kill() {
        guard isRunning else { return }
        Glibc.kill(processID, SIGKILL)
        var status: Int32 = 0
        waitpid(processID, &status, 0)
        end = (status, watch.endedAt ?? bootTime())
    }

    /// Waits for the end.
    /// - Returns: the exit code, −signal if one ended it, and when it had ended.
    func awaitEnd(within seconds: Double) async throws -> (code: Int32, at: Instant) {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            // wait(2): the low seven bits are the signal, the next byte is the code.
            if let end = look() {
                return (end.status & 0x7F == 0 ? end.status >> 8 & 0xFF : -(end.status & 0x7F), end.seenAt)
            }
            guard ContinuousClock.now < deadline else { throw Failure("not within \(seconds) s: \(processID) ends") }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    func write(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard Glibc.write(input, bytes, bytes.count) == bytes.count else { throw Failure("standard input is closed") }
    }

    /// Ends the child's standard input.
    func closeInput() {
        close(input)
        input = -1
    }

    private func look() -> (status: Int32, seenAt: Instant)? {
        if end == nil {
            var status: Int32 = 0
            if waitpid(processID, &status, WNOHANG) == processID {
                end = (status, watch.endedAt ?? bootTime())
            }
        }
        return end
    }

    private static func spawn(
        _ path: String,
        _ arguments: [String],
        _ environment: [String: String],
        _ actions: inout posix_spawn_file_actions_t
    ) throws -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Threads of a pool block signals, and this process ignores SIGPIPE: a program starts without either.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var pipeSignal = none
        sigaddset(&pipeSignal, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &pipeSignal)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let argumentPointers = ([path] + arguments).map { strdup($0) }
        let variablePointers = variables.map { strdup("\($0)=\($1)") }
        defer { for pointer in argumentPointers + variablePointers { free(pointer) } }
        var processID: pid_t = 0
        let result = posix_spawn(
            &processID,
            path,
            &actions,
            &attributes,
            argumentPointers + [nil],
            variablePointers + [nil]
        )
        guard result == 0 else { throw Failure("\(path): \(String(cString: strerror(result)))") }
        return processID
    }

    /// A pipe that no other child inherits.
    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw Failure("no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}
