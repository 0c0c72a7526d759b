import Glibc
import PatrolCore
import PatrolSystem

/// A question to `patrol-player` in a process of its own, which is dead when this returns.
struct PlayerQuestion {
    /// Nothing that it says is longer.
    static let longestAnswer = 16_384
    /// Questions are not urgent: they run behind everything else of the machine.
    private static let niceness: Int32 = 10

    enum End {
        case exited
        case late
        case cancelled
    }

    struct Reply {
        var end: End
        /// What it wrote to standard output, and one byte beyond ``longestAnswer`` if that was more.
        var answer: [UInt8]
        var exit: ChildProcess.Exit
    }

    let settings: PlayerSettings
    /// How long the answer may take.
    let limit: Duration
    let clocks: Clocks
    let cancellation: WakeDescriptor

    /// Asks; takes as long as the answer, at most ``limit``.
    func ask(_ arguments: [String]) throws(PlayerStartError) -> Reply {
        let process: ChildProcess
        let timer: BootTimer
        do throws(SystemCallError) {
            timer = try BootTimer()
            process = try ChildProcess(
                path: settings.program,
                arguments: arguments,
                environment: settings.environment
            )
        } catch {
            throw PlayerStartError(program: settings.program, cause: error)
        }
        // It can only fail for a process that is gone already, and lowering needs no privilege.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(process.pid), Self.niceness)
        timer.set(clocks.now() + limit)
        var answer: [UInt8] = []
        let end = watch(process, timer, &answer)
        process.signal(SIGKILL)
        return Reply(end: end, answer: answer, exit: process.reap())
    }

    private func watch(_ process: ChildProcess, _ timer: BootTimer, _ answer: inout [UInt8]) -> End {
        var output = process.output
        var error = process.error
        while true {
            var waiting = [process.descriptor, timer.descriptor, cancellation.descriptor, output, error].map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            guard poll(&waiting, nfds_t(waiting.count), -1) > 0 else { continue }
            if waiting[2].revents != 0 { return .cancelled }
            if waiting[1].revents != 0 { return .late }
            if !Self.take(&output, &answer) { output = -1 }
            var complaint: [UInt8] = []
            // Read and forgotten, so that it does not block on it: its answer has a reason of its own.
            if !Self.take(&error, &complaint) { error = -1 }
            if waiting[0].revents != 0 {
                while output >= 0, answer.count <= Self.longestAnswer {
                    let count = answer.count
                    if !Self.take(&output, &answer) || answer.count == count { break }
                }
                return .exited
            }
        }
    }

    /// - Returns: whether the descriptor has not come to its end.
    private static func take(_ descriptor: inout Int32, _ bytes: inout [UInt8]) -> Bool {
        guard descriptor >= 0, let more = ChildProcess.read(descriptor) else { return false }
        // One byte beyond the bound is kept, to show that it was passed.
        bytes += more.prefix(max(0, longestAnswer + 1 - bytes.count))
        return true
    }
}
