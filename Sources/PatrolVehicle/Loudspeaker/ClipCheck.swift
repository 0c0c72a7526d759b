import FoundationEssentials
public import PatrolCore
import PatrolSystem

/// One file under the eyes of `patrol-player check`, in a process of its own: a decoder that crashes or hangs on a bad
/// file costs that process, and the file is bad.
struct ClipCheck {
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
        let question = PlayerQuestion(settings: settings, limit: limit, clocks: clocks, cancellation: cancellation)
        let reply = try question.ask(["check", "--target=\(targetLUFS)", path])
        switch reply.end {
        case .exited: return judge(reply.answer, reply.exit, name: name)
        case .late: return .untold(reason: "takes longer to check than \(limit)")
        case .cancelled: return .cancelled
        }
    }

    private func judge(_ answer: [UInt8], _ exit: ChildProcess.Exit, name: ClipName) -> Outcome {
        switch exit {
        case .signal(let signal): return .untold(reason: "crashes the player that checks it (signal \(signal))")
        case .unknown: return .untold(reason: "could not be checked: nobody knows how the check ended")
        case .code(let code): return judge(answer, code: code, name: name)
        }
    }

    private func judge(_ answer: [UInt8], code: Int32, name: ClipName) -> Outcome {
        guard answer.count <= PlayerQuestion.longestAnswer, let end = answer.firstIndex(of: UInt8(ascii: "\n")) else {
            return .untold(reason: "could not be checked: the check exited with \(code) and gave no answer")
        }
        do {
            let answer = try JSONDecoder().decode(Answer.self, from: Data(answer[..<end]))
            if answer.ok {
                return answer.clip(name: name).map { .good($0) }
                    ?? .untold(reason: "could not be checked: the check says too little")
            }
            return .bad(reason: PlayerLine.excerpt((answer.reason ?? "no reason given").utf8, limit: 500))
        } catch {
            return .untold(
                reason: "could not be checked: the check's answer cannot be read: \(PlayerLine.excerpt(answer))"
            )
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

extension ClipFolder {
    /// Looks at some files of a folder, without a folder's manifest and without an end before all are done: for somebody who
    /// waits for it. Each takes up to half a minute, and most a fraction of a second.
    /// - Returns: why each of those that cannot be played cannot.
    public static func faults(
        of names: [ClipName],
        in path: String,
        settings: PlayerSettings,
        targetLUFS: Double,
        clocks: Clocks
    ) -> [ClipName: String] {
        var faults: [ClipName: String] = [:]
        for name in names {
            if let defect = defect(of: name) {
                faults[name] = defect
                continue
            }
            do {
                let check = ClipCheck(
                    settings: settings,
                    targetLUFS: targetLUFS,
                    limit: .seconds(30),
                    clocks: clocks,
                    cancellation: try WakeDescriptor()
                )
                let file = path + "/" + String(decoding: name.bytes, as: UTF8.self)
                switch try check.run(path: file, name: name) {
                case .good, .cancelled: break
                case .bad(let reason), .untold(let reason): faults[name] = reason
                }
            } catch {
                faults[name] = "\(error)"
            }
        }
        return faults
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
