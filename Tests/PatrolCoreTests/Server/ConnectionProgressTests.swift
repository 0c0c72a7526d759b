import PatrolCore
import Testing

@Suite("Deadlines of a connection")
struct ConnectionProgressTests {
    private func at(_ seconds: Int64) -> Instant { Instant(millisecondsSinceBoot: seconds * 1000) }

    private func due(_ progress: ConnectionProgress) -> String {
        guard let deadline = progress.deadline else { return "nothing" }
        return "\(deadline.of) at \(deadline.at.millisecondsSinceBoot / 1000) s"
    }

    @Test("From the first head to the next request")
    func steps() {
        var progress = ConnectionProgress(settings: .init(), at: at(100))
        #expect(due(progress) == "head at 110 s")
        progress.headCame(at: at(105))
        #expect(due(progress) == "body at 125 s")
        progress.bodyCame(bytes: 5120)
        #expect(due(progress) == "body at 135 s", "512 bytes buy a second")
        progress.requestEnded()
        #expect(due(progress) == "nothing", "an answer takes what it takes")
        progress.wrote(bytes: 51_200, at: at(200))
        #expect(due(progress) == "reply at 320 s")
        progress.taken(bytes: 51_200, at: at(210))
        #expect(due(progress) == "nothing")
        progress.answerEnded(at: at(211))
        #expect(due(progress) == "idle at 271 s")
        progress.headCame(at: at(270))
        #expect(due(progress) == "body at 290 s")
    }

    @Test("A body that drips is never in time, however long it drips")
    func drip() {
        var progress = ConnectionProgress(settings: .init(), at: at(0))
        progress.headCame(at: at(0))
        for _ in 0..<20 { progress.bodyCame(bytes: 1) }
        #expect(due(progress) == "body at 20 s")
    }

    @Test("An answer that is taken bit by bit has its time from the last bit on")
    func slowReader() {
        var progress = ConnectionProgress(settings: .init(), at: at(0))
        progress.headCame(at: at(0))
        progress.requestEnded()
        progress.wrote(bytes: 1024, at: at(1))
        progress.wrote(bytes: 1024, at: at(2))
        #expect(due(progress) == "reply at 25 s")
        progress.taken(bytes: 1024, at: at(20))
        #expect(due(progress) == "reply at 42 s")
        progress.taken(bytes: 1024, at: at(41))
        #expect(due(progress) == "nothing")
    }

    @Test("An answer that ends before its request leaves what is due of the request")
    func early() {
        var progress = ConnectionProgress(settings: .init(), at: at(0))
        progress.headCame(at: at(1))
        progress.answerEnded(at: at(2))
        #expect(due(progress) == "body at 21 s")
    }
}
