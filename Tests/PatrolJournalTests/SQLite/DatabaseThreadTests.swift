import Foundation
import PatrolSQLite
import Testing

@Suite struct DatabaseThreadTests {
    @Test func `an actor's calls all run on one thread of its own, in the order in which they come`() async throws {
        let owner = Owner(thread: try DatabaseThread(name: "test"))
        let here = pthread_self()
        for number in 1...100 { await owner.note(number) }
        #expect(await owner.numbers == Array(1...100))
        #expect(await owner.threads.count == 1)
        #expect(await !owner.threads.contains(here))
    }

    @Test func `calls of many tasks at once are all made, one at a time`() async throws {
        let owner = Owner(thread: try DatabaseThread(name: "test"))
        await withTaskGroup(of: Void.self) { group in
            for number in 1...1000 { group.addTask { await owner.note(number) } }
        }
        #expect(await owner.numbers.sorted() == Array(1...1000))
        #expect(await owner.threads.count == 1)
    }

    @Test func `two threads do not wait for each other`() async throws {
        let blocked = Owner(thread: try DatabaseThread(name: "test"))
        let free = Owner(thread: try DatabaseThread(name: "test"))
        let (reached, arrival) = AsyncStream.makeStream(of: Void.self)
        let gate = DispatchSemaphore(value: 0)
        async let waiting: Void = blocked.block(on: gate, arrival)
        for await _ in reached { break }
        await free.note(1)
        gate.signal()
        await waiting
        #expect(await free.numbers == [1])
    }
}

private actor Owner {
    private let thread: DatabaseThread
    private(set) var numbers: [Int] = []
    private(set) var threads: Set<pthread_t> = []

    init(thread: DatabaseThread) {
        self.thread = thread
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    func note(_ number: Int) {
        numbers.append(number)
        threads.insert(pthread_self())
    }

    func block(on gate: DispatchSemaphore, _ arrival: AsyncStream<Void>.Continuation) {
        arrival.yield()
        gate.wait()
    }
}
