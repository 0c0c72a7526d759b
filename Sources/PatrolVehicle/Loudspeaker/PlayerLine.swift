import FoundationEssentials
import PatrolCore

/// A line of `patrol-player play`: one JSON object each.
enum PlayerLine: Hashable, Sendable {
    /// The device runs.
    case started(PlayStart)
    /// The last line.
    case ended(PlayEnd)

    /// Why a line is none.
    struct Defect: Error, Hashable {
        var reason: String
    }

    /// - Throws: for anything that the protocol does not know; a member too many is no defect.
    init(_ line: [UInt8]) throws(Defect) {
        let message: Message
        do {
            message = try JSONDecoder().decode(Message.self, from: Data(line))
        } catch {
            throw Defect(reason: "not a line of its protocol: \(Self.excerpt(line))")
        }
        if let start = message.start {
            self = .started(start)
        } else if let end = message.end {
            self = .ended(end)
        } else {
            throw Defect(reason: "a line that says nothing: \(Self.excerpt(line))")
        }
    }

    /// The beginning of what a program said, fit for a reason: one line, no control characters.
    static func excerpt(_ bytes: some Sequence<UInt8>, limit: Int = 120) -> String {
        let text = String(decoding: Array(bytes.prefix(limit)), as: UTF8.self)
        let printable = text.unicodeScalars.map { scalar in
            scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? " " : String(scalar)
        }
        return printable.joined().split(separator: " ").joined(separator: " ")
    }
}

private struct Message: Decodable {
    enum CodingKeys: String, CodingKey {
        case event
        case startedAt = "at_ns"
        case rate
        case channels
        case framesTotal = "frames_total"
        case framesPlayed = "frames_played"
        case how
        case reason
    }

    let event: String
    let startedAt: Int64?
    let rate: Int?
    let channels: Int?
    let framesTotal: Int64?
    let framesPlayed: Int64?
    let how: String?
    let reason: String?

    private var hasPlausibleTotal: Bool { framesTotal.map { $0 >= 0 } ?? true }

    var start: PlayStart? {
        guard event == "started", hasPlausibleTotal, let startedAt, let rate, let channels, rate > 0, channels > 0
        else { return nil }
        return PlayStart(
            at: Instant(nanosecondsSinceBoot: startedAt),
            sampleRate: rate,
            channels: channels,
            framesTotal: framesTotal
        )
    }

    /// That it was killed is not for the player to say.
    var end: PlayEnd? {
        guard event == "ended", hasPlausibleTotal, let framesPlayed, framesPlayed >= 0,
            let how = how.flatMap(PlayEnd.How.init), how != .killed
        else { return nil }
        return PlayEnd(
            how,
            framesPlayed: framesPlayed,
            framesTotal: framesTotal,
            reason: reason.map { PlayerLine.excerpt($0.utf8, limit: 500) }
        )
    }
}

extension PlayEnd.How {
    /// The code with which the player exits after its last line.
    var exitCode: Int32 {
        switch self {
        case .finished, .deadline, .stopped, .parentGone, .killed: 0
        case .fileFailed: 2
        case .deviceFailed: 3
        }
    }
}

/// Takes bytes, gives lines, and keeps a bound on both.
struct LineReader {
    /// What a player says is two lines of some hundred bytes.
    static let longestLine = 4096
    /// All that one process may say.
    static let mostBytes = 65_536

    private var rest: [UInt8] = []
    private var count = 0

    /// - Returns: the lines that are complete, without their ends.
    /// - Throws: when a bound is passed; nothing of what follows counts any more.
    mutating func take(_ bytes: [UInt8]) throws(PlayerLine.Defect) -> [[UInt8]] {
        count += bytes.count
        guard count <= Self.mostBytes else { throw .init(reason: "more than \(Self.mostBytes) bytes of lines") }
        rest += bytes
        var lines: [[UInt8]] = []
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(Array(rest[..<end]))
            rest.removeSubrange(...end)
        }
        guard rest.count <= Self.longestLine, lines.allSatisfy({ $0.count <= Self.longestLine }) else {
            throw .init(reason: "a line longer than \(Self.longestLine) bytes")
        }
        return lines
    }
}
