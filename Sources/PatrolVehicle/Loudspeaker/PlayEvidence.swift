import Glibc
import PatrolCore

/// What is known of a play when it is over, and the judgement on it.
///
/// | last line | exit | result |
/// | --- | --- | --- |
/// | says how | the code that belongs to it | as it says |
/// | says that it went well | 2 or 3 | file or device failed, for one of the two is wrong |
/// | says how | any other code, a signal | as it says; the reason names the exit |
/// | none | 2 or 3 | file or device failed |
/// | none | anything else | killed: by us, by a crash, or by itself without a word |
///
/// Without a last line nobody knows how many frames sounded. As much as the time from its start allows is taken, for a
/// record must not show less than what was heard; the reason says that it is an estimate.
struct PlayEvidence: Hashable, Sendable {
    /// What it said when it started.
    var start: PlayStart?
    /// Its last line.
    var said: PlayEnd?
    /// Why we intervened, if we did.
    var force: PlayerWatch.Force?
    /// SIGTERM was sent.
    var isTerminated = false
    /// SIGKILL was sent.
    var isKilled = false
    /// What it wrote to standard error.
    var diagnostics = ""

    /// - Parameters:
    ///   - exit: `nil` if it does not die.
    ///   - now: when that was known.
    func end(_ exit: ChildProcess.Exit?, at now: Instant) -> PlayEnd {
        said.map { judge($0, exit) } ?? silentEnd(exit, at: now)
    }

    private func judge(_ said: PlayEnd, _ exit: ChildProcess.Exit?) -> PlayEnd {
        var end = said
        guard exit != .code(said.how.exitCode) else { return end }
        switch exit {
        case .code(2) where said.how.exitCode == 0: end.how = .fileFailed
        case .code(3) where said.how.exitCode == 0: end.how = .deviceFailed
        case .code, .signal, .unknown, nil: break
        }
        let contradiction = "it said \(said.how.rawValue), then \(Self.words(exit))\(forceWords)"
        end.reason = [said.reason, contradiction, diagnosticWords].compactMap(\.self).joined(separator: "; ")
        return end
    }

    private func silentEnd(_ exit: ChildProcess.Exit?, at now: Instant) -> PlayEnd {
        let how: PlayEnd.How =
            switch exit {
            case .code(2): .fileFailed
            case .code(3): .deviceFailed
            case .code, .signal, .unknown, nil: .killed
            }
        let estimate = start.map { frames(since: $0, until: now) }
        let reason = [
            "\(Self.words(exit)) without a last line\(forceWords)",
            estimate.map { _ in "the frames are estimated from the time" },
            diagnosticWords,
        ]
        return PlayEnd(
            how,
            framesPlayed: estimate ?? 0,
            framesTotal: start?.framesTotal,
            reason: reason.compactMap(\.self).joined(separator: "; ")
        )
    }

    private func frames(since start: PlayStart, until now: Instant) -> Int64 {
        let seconds = max(.zero, now - start.at).inSeconds
        let elapsed = Int64(min(seconds * Double(start.sampleRate), 1e15))
        return min(elapsed, start.framesTotal ?? elapsed)
    }

    private var forceWords: String {
        guard isKilled || isTerminated, let force else { return "" }
        let signal = isKilled ? "SIGKILL" : "SIGTERM"
        return switch force {
        case .deadline: " (\(signal): it had not exited after its deadline)"
        case .stop: " (\(signal): it did not stop)"
        case .leaving: " (\(signal): it did not exit)"
        case .defect(let reason): " (\(signal): \(reason))"
        }
    }

    private var diagnosticWords: String? {
        diagnostics.isEmpty ? nil : "its standard error: \(diagnostics)"
    }

    private static func words(_ exit: ChildProcess.Exit?) -> String {
        switch exit {
        case .code(let code): "exited with \(code)"
        case .signal(let signal): "ended by signal \(signal)"
        case .unknown: "ended, nobody knows how"
        case nil: "does not die"
        }
    }
}
