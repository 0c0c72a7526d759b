import PatrolCore
import Testing

@Suite("The connection to gpsd")
struct GPSLinkTests {
    private static let start = Instant(millisecondsSinceBoot: 100_000)

    /// A link in virtual time: inputs come when the test says so, wake-ups at their deadlines in between.
    private struct Bench {
        var link = GPSLink()
        var log: [(seconds: Double, action: GPSLink.Action)] = []
        private(set) var now = GPSLinkTests.start
        private(set) var wakeUps = 0

        init(_ change: (inout GPSLink.Settings) -> Void = { _ in }) {
            var settings = GPSLink.Settings()
            change(&settings)
            link = GPSLink(settings: settings)
        }

        /// Seconds since the start of the test.
        var seconds: Double { (now - GPSLinkTests.start).inSeconds }

        mutating func at(_ seconds: Double, _ input: GPSLink.Input) {
            run(to: seconds)
            handle(input)
        }

        /// Lets time pass; whatever the link opens fails with `refusal`, if there is one.
        mutating func run(to seconds: Double, refusal: String? = nil) {
            let end = GPSLinkTests.start + .milliseconds(Int64((seconds * 1000).rounded()))
            while let wake = link.wakeAt, wake <= end {
                now = wake
                wakeUps += 1
                let opens = handle(.wakeUp).contains(.open)
                if opens, let refusal { handle(.openFailed(reason: refusal)) }
            }
            now = end
        }

        @discardableResult
        private mutating func handle(_ input: GPSLink.Input) -> [GPSLink.Action] {
            let actions = link.handle(input, at: now)
            log += actions.map { (seconds, $0) }
            if let wake = link.wakeAt, wake <= now {
                Issue.record("a deadline that has passed makes a busy loop: \(link)")
            }
            return actions
        }

        /// When the actions of one kind came.
        func times(_ wanted: GPSLink.Action) -> [Double] {
            log.filter { $0.action == wanted }.map(\.seconds)
        }

        /// Losses and restorations in their order.
        var supply: [GPSLink.Action] {
            log.map(\.action).filter {
                switch $0 {
                case .lost, .restored: true
                case .open, .close, .stateChanged: false
                }
            }
        }
    }

    @Test("From the start to the first fix")
    func start() {
        var bench = Bench()
        bench.at(0, .start)
        #expect(bench.times(.open) == [0])
        bench.at(0.1, .opened)
        #expect(bench.link.state == .silent)
        bench.at(0.2, .message)
        bench.at(1, .report(usable: false))
        #expect(bench.link.state == .noFix)
        bench.at(2.5, .report(usable: true))
        bench.at(3.5, .report(usable: true))
        #expect(bench.link.state == .tracking)
        #expect(bench.supply == [.restored(after: .seconds(2.5))])
    }

    @Test("Without gpsd: attempts after 1, 2, 3, 3… s, one loss, and almost no wake-ups in an hour")
    func noGPSD() {
        var bench = Bench()
        bench.at(0, .start)
        bench.at(0, .openFailed(reason: "Connection refused"))
        bench.run(to: 3600, refusal: "Connection refused")
        #expect(Array(bench.times(.open).prefix(6)) == [0, 1, 3, 6, 9, 12])
        #expect(bench.supply == [.lost(.gpsdUnreachable)])
        #expect(bench.times(.lost(.gpsdUnreachable)) == [5])
        #expect(bench.link.state == .unreachable(reason: "Connection refused"))
        let changes = bench.log.count { if case .stateChanged = $0.action { true } else { false } }
        #expect(changes == 1, "an attempt that fails again is no news")
        #expect(bench.wakeUps < 1210)
    }

    @Test("gpsd is gone for 20 s: lost after 5 s, back within 3 s of its return, restored with the whole gap")
    func restart() {
        var bench = Bench()
        bench.at(0, .start)
        bench.at(0, .opened)
        for second in 1...10 { bench.at(Double(second), .report(usable: true)) }
        bench.at(10.5, .closed(reason: "gpsd closed the connection"))
        bench.run(to: 30.5, refusal: "Connection refused")
        #expect(bench.times(.lost(.gpsdUnreachable)) == [15])
        bench.run(to: 33.5)
        let attempt = bench.times(.open).last ?? 0
        #expect((30.5...33.5).contains(attempt))
        bench.at(34, .opened)
        bench.at(35, .report(usable: true))
        #expect(bench.supply.last == .restored(after: .seconds(25)))
        #expect(bench.supply.count == 3)
    }

    @Test("A connection that is accepted and then silent is dropped after 10 s and tried again; one loss")
    func halfOpen() {
        var bench = Bench()
        bench.at(0, .start)
        bench.at(0, .opened)
        bench.at(11, .opened)
        bench.at(23, .opened)
        bench.at(36, .opened)
        bench.run(to: 48)
        #expect(bench.times(.close) == [10, 21, 33, 46])
        #expect(bench.times(.open) == [0, 11, 23, 36])
        #expect(bench.supply == [.lost(.noReports)])
        #expect(bench.link.state == .silent)
    }

    @Test("A receiver that falls silent is noticed although other messages keep coming")
    func otherMessages() {
        var bench = Bench()
        bench.at(0, .start)
        bench.at(0, .opened)
        bench.at(1, .report(usable: true))
        for tick in 2...400 { bench.at(1 + Double(tick) / 10, .message) }
        #expect(bench.times(.lost(.noReports)) == [6])
        #expect(bench.times(.stateChanged(.silent)).last == 6)
        #expect(bench.times(.close).isEmpty, "gpsd speaks: the connection is not what is wrong")
    }

    @Test("A receiver that loses its fix is lost after the set time, once, with that reason", arguments: [1, 5, 60])
    func noFix(seconds: Int) {
        var bench = Bench { $0.lostAfter = .seconds(seconds) }
        bench.at(0, .start)
        bench.at(0, .opened)
        bench.at(0.5, .report(usable: true))
        for second in 1...200 { bench.at(Double(second), .report(usable: false)) }
        #expect(bench.times(.lost(.noFix)) == [Double(seconds) + 0.5])
        #expect(bench.supply.count == 2)
        bench.at(201, .report(usable: true))
        #expect(bench.supply.last == .restored(after: .seconds(200.5)))
    }

    @Test("A short gap is no loss")
    func shortGap() {
        var bench = Bench()
        bench.at(0, .start)
        bench.at(0, .opened)
        for second in stride(from: 1.0, to: 200, by: 4.9) { bench.at(second, .report(usable: true)) }
        #expect(bench.supply == [.restored(after: .seconds(1))])
    }

    @Test("An attempt that nobody answers is given up after 3 s")
    func connectTimeout() {
        var bench = Bench()
        bench.at(0, .start)
        bench.run(to: 20)
        #expect(bench.times(.open) == [0, 4, 9, 15])
        #expect(bench.times(.close) == [3, 7, 12, 18])
        #expect(bench.times(.lost(.gpsdUnreachable)) == [5])
    }

    @Test("One who accepts and hangs up at once is not hammered")
    func flapping() {
        var bench = Bench()
        bench.at(0, .start)
        for _ in 0..<1000 {
            let opens = bench.times(.open).count
            bench.at(bench.seconds, .opened)
            bench.at(bench.seconds, .message)
            bench.at(bench.seconds, .closed(reason: "gpsd closed the connection"))
            while bench.times(.open).count == opens { bench.run(to: bench.seconds + 0.1) }
            guard bench.seconds < 300 else { break }
        }
        #expect(bench.times(.open).count <= 103, "\(bench.times(.open).count) attempts in 300 s")
    }

    @Test("What comes too late for its connection is ignored")
    func late() {
        var bench = Bench()
        for input in [GPSLink.Input.opened, .message, .report(usable: true), .closed(reason: "x"), .wakeUp] {
            bench.at(0, input)
        }
        #expect(bench.log.isEmpty)
        bench.at(0, .start)
        bench.at(0, .openFailed(reason: "x"))
        let count = bench.log.count
        bench.at(0.5, .opened)
        bench.at(0.5, .report(usable: true))
        bench.at(0.5, .start)
        bench.at(0.5, .closed(reason: "y"))
        #expect(bench.log.count == count)
    }

    @Test(
        "Whatever comes: the deadline lies ahead, opens and closes match, losses and restorations alternate",
        arguments: UInt64(1)...50
    )
    func random(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var bench = Bench()
        bench.at(0, .start)
        for _ in 0..<500 {
            let input: GPSLink.Input =
                switch UInt8.random(in: 0..<8, using: &generator) {
                case 0: .opened
                case 1: .openFailed(reason: "refused")
                case 2, 3: .report(usable: Bool.random(using: &generator))
                case 4: .closed(reason: "closed")
                case 5: .wakeUp
                case 6: .start
                default: .message
                }
            bench.at(bench.seconds + Double.random(in: 0...6, using: &generator), input)
            #expect(bench.link.wakeAt != nil, "seed \(seed)")
        }
        let supply = bench.supply
        for (earlier, later) in zip(supply, supply.dropFirst()) {
            if case .lost = earlier, case .lost = later { Issue.record("seed \(seed): lost twice") }
            if case .restored = earlier, case .restored = later { Issue.record("seed \(seed): restored twice") }
        }
        #expect(bench.times(.close).count <= bench.times(.open).count, "seed \(seed)")
    }
}
