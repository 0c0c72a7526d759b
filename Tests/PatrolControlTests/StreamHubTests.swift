import PatrolAPI
import Testing

@testable import PatrolControl

@Suite("The stream's readers")
struct StreamHubTests {
    private func item(_ number: Int) -> StreamItem { StreamItem(missed: -number) }

    private func all(_ reader: StreamReader) async -> [StreamItem] {
        var lines: [StreamItem] = []
        while let some = await reader.next() { lines += some }
        return lines
    }

    @Test("Every reader gets every line, in order, from its subscription on")
    func everyReader() async {
        let hub = StreamHub()
        #expect(!hub.hasReaders)
        hub.publish(item(0))
        let first = hub.subscribe()
        hub.publish(item(1))
        let second = hub.subscribe()
        #expect(hub.hasReaders)
        hub.publish(item(2))
        hub.finish()
        #expect(await all(first) == [item(1), item(2)])
        #expect(await all(second) == [item(2)])
    }

    @Test("A reader that is too slow keeps the newest lines and is told how many it missed", arguments: [0, 1, 10])
    func slowReader(excess: Int) async {
        let hub = StreamHub()
        let reader = hub.subscribe()
        let count = StreamReader.maximumWaiting + excess
        for number in 1...count { hub.publish(item(number)) }
        hub.finish()
        let newest = ((excess + 1)...count).map(item)
        #expect(await all(reader) == (excess > 0 ? [StreamItem(missed: excess)] : []) + newest)
    }

    @Test("A reader that waits is woken by the next line")
    func woken() async {
        let hub = StreamHub()
        let reader = hub.subscribe()
        async let line = reader.next()
        hub.publish(item(1))
        #expect(await line == [item(1)])
    }

    @Test("A reader that comes after the end gets an end; one that went away is forgotten")
    func ends() async {
        let hub = StreamHub()
        let reader = hub.subscribe()
        hub.unsubscribe(reader)
        #expect(!hub.hasReaders)
        hub.finish()
        #expect(await all(hub.subscribe()).isEmpty)
        #expect(!hub.hasReaders)
    }
}
