import Logging
import PatrolCore
import PatrolSQLite
import Synchronization

/// Lets the store do what it has to do beside receiving, whenever something came, and each hour if records are removed for
/// their age.
final class UpkeepLoop: Sendable {
    private let writer: StoreWriter
    private let reader: StoreReader
    private let condition: StoreCondition
    private let keep: Duration?
    private let systemTime: @Sendable () -> WallTime
    private let logger: Logger
    private let isStopped = Mutex(false)
    /// How many positions of an earlier version were left when that was last said.
    private let lastSaid = Mutex<Int64?>(nil)

    /// - Parameter keep: how old a record may become; `nil` for as old as it likes.
    init(
        writer: StoreWriter,
        reader: StoreReader,
        condition: StoreCondition,
        keep: Duration?,
        systemTime: @escaping @Sendable () -> WallTime,
        logger: Logger
    ) {
        self.writer = writer
        self.reader = reader
        self.condition = condition
        self.keep = keep
        self.systemTime = systemTime
        self.logger = logger
    }

    /// Ends ``run()`` after the step that is under way.
    func stop() {
        isStopped.withLock { $0 = true }
        writer.wakeUpkeep()
    }

    func run() async {
        await withTaskGroup(of: Void.self) { group in
            if keep != nil {
                group.addTask { [writer] in
                    // A sleep fails only when it is cancelled: that is the end.
                    while (try? await Task.sleep(for: .seconds(3600))) != nil { writer.wakeUpkeep() }
                }
            }
            for await _ in writer.upkeepIsDue {
                await work()
                if isStopped.withLock({ $0 }) { break }
            }
            group.cancelAll()
        }
    }

    private func work() async {
        await mend()
        do throws(SQLiteError) {
            while !isStopped.withLock({ $0 }) {
                switch try await writer.upkeep(keep: keep, now: systemTime()) {
                case .worked: break
                case .moved(let left): say(left)
                case .idle: return
                }
                // What arrives goes first.
                await Task.yield()
            }
        } catch {
            // It is tried again when the next batch has come; what arrives says by itself whether it can be stored.
            logger.warning("the store's upkeep failed", metadata: ["reason": "\(error.reason)"])
            await mend()
        }
    }

    /// Goes on with another file if the structure of the present one turned out to be damaged.
    private func mend() async {
        do {
            guard let note = try await writer.mend() else { return }
            condition.note(note)
            try await reader.reopen()
        } catch {
            // Said in health; the next batch meets the damage again, and it is tried again a few times.
            condition.note("the store is damaged and could not be mended: \(error)")
        }
    }

    /// Says how far the move has come, a dozen times in all.
    private func say(_ left: Int64) {
        let isDue = lastSaid.withLock { said in
            guard let before = said, left > 0, left > before / 4 * 3 else {
                said = left
                return true
            }
            return false
        }
        guard isDue else { return }
        logger.notice(
            left == 0 ? "all positions of an earlier version are in blocks" : "moving positions of an earlier version",
            metadata: ["left": "\(left)"]
        )
    }
}
