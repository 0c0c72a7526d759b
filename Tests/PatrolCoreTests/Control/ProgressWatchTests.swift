import Testing

@testable import PatrolCore

@Suite("Parts that stand still")
struct ProgressWatchTests {
    private static func at(_ second: Int64) -> Instant { Instant(millisecondsSinceBoot: second * 1000) }

    private static func watch() -> ProgressWatch {
        ProgressWatch([("loop", .seconds(10)), ("upload", .seconds(40))], at: at(0))
    }

    @Test("Whoever counts goes on, however slowly within its limit")
    func goesOn() {
        var watch = Self.watch()
        for look in 0..<100 {
            // The upload counts once in 35 s, the loop with each look.
            let second = Int64(look) * 5
            #expect(watch.look([look, look / 7], at: Self.at(second)).stalls.isEmpty)
        }
    }

    @Test("Each has a limit of its own")
    func limits() {
        var watch = Self.watch()
        #expect(watch.look([1, 1], at: Self.at(5)).stalls.isEmpty)
        #expect(watch.look([1, 1], at: Self.at(15)).stalls.isEmpty, "10 s are allowed")
        #expect(watch.look([1, 1], at: Self.at(16)).stalls == [.init(part: "loop", duration: .seconds(11))])
        let both = watch.look([1, 1], at: Self.at(46)).stalls
        #expect(both == [.init(part: "loop", duration: .seconds(41)), .init(part: "upload", duration: .seconds(41))])
    }

    @Test("A part that goes on again is no stall any more")
    func comesBack() {
        var watch = Self.watch()
        #expect(watch.look([1, 1], at: Self.at(0)).stalls.isEmpty)
        #expect(watch.look([1, 2], at: Self.at(20)).stalls.map(\.part) == ["loop"])
        #expect(watch.look([2, 3], at: Self.at(21)).stalls.isEmpty)
    }

    @Test("Only who has answered is asked again: nothing piles up before a part that stands still")
    func asks() {
        var watch = Self.watch()
        #expect(watch.look([0, 0], at: Self.at(0)).answered == [0, 1], "the first question")
        #expect(watch.look([0, 1], at: Self.at(5)).answered == [1])
        #expect(watch.look([0, 1], at: Self.at(10)).answered == [])
        #expect(watch.look([1, 1], at: Self.at(15)).answered == [0])
    }
}
