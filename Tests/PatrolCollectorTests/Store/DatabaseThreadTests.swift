import Glibc
import PatrolSQLite
import Testing

@Suite("A thread for a database")
struct DatabaseThreadTests {
    /// Stands for a store.
    private actor Worker {
        private let thread: DatabaseThread
        private var isBusy = false

        nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

        init() throws {
            thread = try DatabaseThread(name: "test")
        }

        /// Blocks, as SQLite does, and says on which thread.
        func work() -> UInt {
            #expect(!isBusy)
            isBusy = true
            usleep(1000)
            isBusy = false
            return pthread_self()
        }
    }

    @Test("All of an actor's work is done on one thread of its own, one call after the other")
    func confinement() async throws {
        let workers = try (0..<3).map { _ in try Worker() }
        let threads = await withTaskGroup(of: (Int, UInt).self) { group in
            for call in 0..<60 { group.addTask { (call % 3, await workers[call % 3].work()) } }
            return await group.reduce(into: [Int: Set<UInt>]()) { $0[$1.0, default: []].insert($1.1) }
        }
        #expect(threads.values.allSatisfy { $0.count == 1 })
        #expect(Set(threads.values).count == 3)
    }

    @Test("The thread ends with its owner")
    func end() async throws {
        weak var gone: DatabaseThread?
        do {
            let thread = try DatabaseThread(name: "test")
            gone = thread
        }
        #expect(gone == nil)
    }
}
