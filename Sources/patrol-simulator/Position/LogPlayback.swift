import PatrolCore

/// A receiver's recorded output, byte for byte: NMEA, binary or both, comment lines included (gpsd skips them).
struct LogPlayback: Playback {
    /// The most that is sent in a second.
    enum Rate: Hashable {
        /// 1 or more.
        case bytesPerSecond(Int)
        /// Above 0. A line ends with its line feed; binary records do so by chance.
        case linesPerSecond(Double)
    }

    /// Bytes go out in so many pieces a second: fine enough to look even, coarse enough to sleep in between.
    private static let piecesPerSecond = 50
    /// A reader that lets the sender wait for longer gets what follows at the rate, not in a burst that catches up.
    private static let patience: Duration = .milliseconds(200)

    private let bytes: [UInt8]
    private let rate: Rate
    /// The pass that goes on: when it began, less what was waited for; how many bytes and pieces are out.
    private var pass: (began: Instant, bytes: Int, pieces: Int)?

    init(bytes: [UInt8], rate: Rate) {
        self.bytes = bytes
        self.rate = rate
    }

    var isLive: Bool { false }

    mutating func begin(at now: Instant, machineTime: WallTime) {
        pass = (now, 0, 0)
    }

    mutating func next(at now: Instant, machineTime: WallTime) -> Burst? {
        guard var pass, pass.bytes < bytes.count else { return nil }
        let rest = bytes[pass.bytes...]
        let piece: ArraySlice<UInt8>
        let offset: Duration
        switch rate {
        case .bytesPerSecond(let rate):
            piece = rest.prefix(max(1, rate / Self.piecesPerSecond))
            offset = .seconds(Double(pass.bytes) / Double(rate))
        case .linesPerSecond(let rate):
            piece = rest.firstIndex(of: UInt8(ascii: "\n")).map { rest[...$0] } ?? rest
            offset = .seconds(Double(pass.pieces) / rate)
        }
        let late = now - (pass.began + offset)
        if late > Self.patience { pass.began = pass.began + late }
        let due = pass.began + offset
        pass.bytes += piece.count
        pass.pieces += 1
        self.pass = pass
        return Burst(due: due, bytes: Array(piece))
    }
}
