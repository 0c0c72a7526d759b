import Logging
import PatrolCore
import PatrolSQLite
import Synchronization

/// Lets the store do what it has to do beside receiving, whenever something came, and each hour if records are removed for
/// their age.
final class UpkeepLoop: Sendable {
    private let writer: StoreWriter
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
        condition: StoreCondition,
        keep: Duration?,
        systemTime: @escaping @Sendable () -> WallTime,
        logger: Logger
    ) {
        self.writer = writer
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
