import Glibc
import PatrolCore
import PatrolJournal

/// What `patrold journal` says, for people.
enum Lines {
    static func print(_ text: String) {
        Swift.print(VisibleText.of(text))
    }

    static func print(_ counts: JournalCounts) {
        for lane in Lane.allCases {
            let gone = counts.receipted[lane].sorted { $0.key.rawValue < $1.key.rawValue }
                .map { ", \($0.value) \($0.key.rawValue)" }.joined()
            print("\(lane.rawValue): \(counts.produced[lane]) produced, \(counts.held[lane]) held\(gone)")
        }
        if !counts.isBalanced { print("produced is not what is held and receipted") }
    }

    static func print(lost: PerLane<Int64>) {
        guard lost != PerLane(both: 0) else { return }
        print("gone by damage: \(lost.events) events, \(lost.positions) positions")
    }

    static func print(_ stats: JournalStats) {
        print(stats.counts)
        for lane in Lane.allCases {
            guard let span = stats.spans[lane] else { continue }
            print("\(lane.rawValue): from \(span.lowerBound) to \(span.upperBound)")
        }
        print("files: \(stats.fileBytes.database) bytes, the log \(stats.fileBytes.log)")
        for epoch in stats.epochs { print("epoch \(epoch)") }
        for receipt in stats.receipts {
            let times = [receipt.from.map { " from \($0)" }, receipt.to.map { " to \($0)" }].compactMap(\.self).joined()
            let (first, last) = (receipt.range.lowerBound.rawValue, receipt.range.upperBound.rawValue)
            print(
                "receipt: \(receipt.count) \(receipt.lane.rawValue) of \(first) to \(last) \(receipt.reason.rawValue)\(times)"
            )
        }
        for (name, backlog) in stats.destinations {
            for lane in Lane.allCases {
                let lane = (lane.rawValue, backlog.lanes[lane])
                print(
                    "\(name): of the \(lane.0) \(lane.1.acknowledged) acknowledged, \(lane.1.quarantined.held) quarantined, "
                        + "\(lane.1.count) waiting"
                )
            }
        }
    }
}

/// A line on the terminal for what takes longer than a second.
final class ProgressMeter {
    private let begin = ContinuousClock.now
    private var isShown = false
    private let isTerminal = isatty(STDERR_FILENO) == 1

    func show(_ doing: String, _ part: Double) {
        guard isTerminal, ContinuousClock.now - begin > .seconds(1) else { return }
        isShown = true
        put("\r\u{1B}[K\(doing)" + (part > 0 ? " \(Int(part * 100)) %" : " …"))
    }

    func clear() {
        if isShown { put("\r\u{1B}[K") }
    }

    private func put(_ text: String) {
        let bytes = Array(text.utf8)
        // What does not get onto the terminal is not missed.
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

/// Where an export goes.
final class Sink {
    static var standardOutput: Sink { Sink(descriptor: STDOUT_FILENO, name: "standard output") }

    private let descriptor: Int32
    private let name: String
    private var failure: JournalOutputError?

    private init(descriptor: Int32, name: String) {
        (self.descriptor, self.name) = (descriptor, name)
    }

    /// Never over an existing file.
    convenience init(newFile path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw JournalOutputError(path: path, code: errno) }
        self.init(descriptor: descriptor, name: path)
    }

    /// A failure is kept for ``close()``.
    func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty, failure == nil {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                failure = JournalOutputError(path: name, code: errno)
                return
            }
            rest = rest.dropFirst(written)
        }
    }

    /// Removes what was made and never got complete.
    func discard() {
        guard descriptor != STDOUT_FILENO else { return }
        Glibc.close(descriptor)
        unlink(name)
    }

    func close() throws {
        if let failure { throw failure }
        guard descriptor != STDOUT_FILENO else { return }
        guard fsync(descriptor) == 0, Glibc.close(descriptor) == 0 else {
            throw JournalOutputError(path: name, code: errno)
        }
    }
}

/// Output that could not be written.
struct JournalOutputError: Error, CustomStringConvertible {
    let path: String
    let code: Int32

    var description: String {
        let reason = code == EEXIST ? "is not written over; allowed: a new file" : String(cString: strerror(code))
        return "\(path): \(reason)"
    }
}
