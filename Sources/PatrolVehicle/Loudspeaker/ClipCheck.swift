import FoundationEssentials
import Glibc
import PatrolCore

/// One file under the eyes of `patrol-player check`, in a process of its own: a decoder that crashes or hangs on a bad
/// file costs that process, and the file is bad.
struct ClipCheck {
    /// Nothing that a checker says is longer.
    private static let longestAnswer = 16_384
    /// Checking is not urgent: it runs behind everything else of the machine.
    private static let niceness: Int32 = 10

    /// What came out.
    enum Outcome: Hashable, Sendable {
        /// It can be played.
        case good(Clip)
        /// It cannot, and never will be as it is.
        case bad(reason: String)
        /// It could not be told: next time it may be different.
        case untold(reason: String)
        /// Somebody does not want to know any more.
        case cancelled
    }

    let settings: PlayerSettings
    /// The loudness that all clips are brought to.
    let targetLUFS: Double
    /// How long one file may take.
    let limit: Duration
    let clocks: Clocks
    let cancellation: WakeDescriptor

    /// Checks a file; takes as long as the checker, at most ``limit``.
    func run(path: String, name: ClipName) throws(PlayerStartError) -> Outcome {
        let process: ChildProcess
        let timer: BootTimer
        do throws(SystemCallError) {
            timer = try BootTimer()
            process = try ChildProcess(
                path: settings.program,
                arguments: ["check", "--target=\(targetLUFS)", path],
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
        let exit = process.reap()
        switch end {
        case .exited: return judge(answer, exit, name: name)
        case .late: return .untold(reason: "checking took longer than \(limit)")
        case .cancelled: return .cancelled
        }
    }

    private enum End {
        case exited
        case late
        case cancelled
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
            // Read and forgotten, so that the checker does not block on it: its verdict has a reason of its own.
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

    private func judge(_ answer: [UInt8], _ exit: ChildProcess.Exit, name: ClipName) -> Outcome {
        switch exit {
        case .signal(let signal): return .untold(reason: "checking it crashes the player (signal \(signal))")
        case .unknown: return .untold(reason: "nobody knows how checking ended")
        case .code(let code): return judge(answer, code: code, name: name)
        }
    }

    private func judge(_ answer: [UInt8], code: Int32, name: ClipName) -> Outcome {
        guard answer.count <= Self.longestAnswer, let end = answer.firstIndex(of: UInt8(ascii: "\n")) else {
            return .untold(reason: "could not be checked: the check exited with \(code) and gave no answer")
        }
        do {
            let answer = try JSONDecoder().decode(Answer.self, from: Data(answer[..<end]))
            if answer.ok {
                return answer.clip(name: name).map { .good($0) } ?? .untold(reason: "the check says too little")
            }
            return .bad(reason: PlayerLine.excerpt((answer.reason ?? "no reason given").utf8, limit: 500))
        } catch {
            return .untold(reason: "the check's answer cannot be read: \(PlayerLine.excerpt(answer))")
        }
    }
}

private struct Answer: Decodable {
    enum CodingKeys: String, CodingKey {
        case ok
        case reason
        case sha256
        case frames
        case rate
        case channels
        case loudness = "loudness_lufs"
        case truePeak = "true_peak_dbtp"
        case atTarget = "at_target_lufs"
    }

    let ok: Bool
    let reason: String?
    let sha256: String?
    let frames: Int64?
    let rate: Int?
    let channels: Int?
    let loudness: Double?
    let truePeak: Double?
    let atTarget: Double?

    func clip(name: ClipName) -> Clip? {
        guard let sha256, let frames, let rate, let channels, let loudness, let truePeak else { return nil }
        let clip = Clip(
            name: name,
            sha256: sha256,
            frames: frames,
            sampleRate: rate,
            channels: channels,
            loudnessLUFS: loudness,
            truePeakDBTP: truePeak,
            loudnessAtTargetLUFS: atTarget
        )
        return clip.isPlausible ? clip : nil
    }
}

extension Clip {
    /// Whether the figures can be those of a clip; what comes from outside, from a process or a file, need not be.
    var isPlausible: Bool {
        sha256.utf8.count == 64 && sha256.allSatisfy { $0.isHexDigit && $0.isASCII && !$0.isUppercase }
            && frames > 0 && (1...1_000_000).contains(sampleRate) && (1...64).contains(channels)
            && loudnessLUFS.isFinite && truePeakDBTP.isFinite && (loudnessAtTargetLUFS?.isFinite ?? true)
    }
}
