import FoundationEssentials
public import PatrolCore
import PatrolSystem

/// Whether the sound device opens, asked of `patrol-player probe`: the daemon itself is not linked with ALSA.
public enum SoundDeviceProbe {
    /// A sound server that is asked for the first time may take a second or two.
    private static let limit: Duration = .seconds(5)

    private struct Answer: Decodable {
        let ok: Bool
        let reason: String?
    }

    /// Opens the device and closes it at once; nothing sounds. One that another program uses is fine. Blocks for up to 5 s.
    /// - Returns: why it does not open; `nil` if it does.
    public static func fault(of settings: PlayerSettings, clocks: Clocks) -> String? {
        do {
            let question = PlayerQuestion(
                settings: settings,
                limit: limit,
                clocks: clocks,
                cancellation: try WakeDescriptor()
            )
            let reply = try question.ask(["probe", "--device", settings.device])
            guard reply.end == .exited else { return "nothing was heard of it for \(limit)" }
            guard let line = reply.answer.split(separator: UInt8(ascii: "\n")).first else {
                return "\(settings.program) does not say"
            }
            let answer = try JSONDecoder().decode(Answer.self, from: Data(line))
            return answer.ok ? nil : PlayerLine.excerpt((answer.reason ?? "no reason given").utf8, limit: 300)
        } catch let error as DecodingError {
            return "the answer of \(settings.program) cannot be read: \(error)"
        } catch {
            return "\(error)"
        }
    }
}
