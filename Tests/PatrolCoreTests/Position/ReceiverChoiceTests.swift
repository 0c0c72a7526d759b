import PatrolCore
import Testing

@Suite("Which of gpsd's receivers is the cart's")
struct ReceiverChoiceTests {
    private let a = "/dev/ttyUSB0", b = "/dev/ttyACM0"

    private func at(_ seconds: Double) -> Instant { Instant(millisecondsSinceBoot: Int64(seconds * 1000)) }

    /// A choice that an expectation may change.
    private final class Bench {
        private var choice: ReceiverChoice

        init(_ device: String?) {
            choice = ReceiverChoice(device: device, keptFor: .seconds(5))
        }

        var report: ReceiverChoice.Report { choice.report }

        func takes(_ device: String, isUsable: Bool, at now: Instant) -> Bool {
            choice.takes(device, isUsable: isUsable, at: now)
        }

        func listed(_ devices: [String]) { choice.listed(devices) }
        func disconnected() { choice.disconnected() }
    }

    private func choice(_ device: String? = nil) -> Bench { Bench(device) }

    @Test("Without a choice the first one with a fix is kept, and the other one is named")
    func first() {
        let choice = choice()
        // Two reports without a fix say the same.
        #expect(choice.takes(a, isUsable: false, at: at(0)))
        #expect(choice.takes(b, isUsable: false, at: at(0.5)))
        #expect(choice.report == .init())
        #expect(choice.takes(b, isUsable: true, at: at(1)))
        for second in 2...100 {
            #expect(!choice.takes(a, isUsable: true, at: at(Double(second))))
            #expect(choice.takes(b, isUsable: true, at: at(Double(second) + 0.5)))
        }
        #expect(choice.report == .init(used: b, others: [a]))
    }

    @Test(
        "It is kept until it has been without a fix for the set time, silent or not",
        arguments: [(5.0, false, false), (5.1, false, true), (5.0, true, false), (5.1, true, true)]
            as [(Double, Bool, Bool)]
    )
    func change(after pause: Double, reportsWithoutFix: Bool, isChanged: Bool) {
        let choice = choice()
        #expect(choice.takes(a, isUsable: true, at: at(10)))
        if reportsWithoutFix { #expect(choice.takes(a, isUsable: false, at: at(10 + pause - 0.5))) }
        #expect(!choice.takes(b, isUsable: false, at: at(10 + pause)), "one without a fix is no better")
        #expect(choice.takes(b, isUsable: true, at: at(10 + pause)) == isChanged)
        #expect(choice.report.used == (isChanged ? b : a))
        // The first one does not take its place back.
        #expect(choice.takes(a, isUsable: true, at: at(10 + pause)) == !isChanged)
    }

    @Test("The chosen one counts, whatever else there is, and for ever")
    func configured() {
        let choice = choice(a)
        #expect(!choice.takes(b, isUsable: true, at: at(0)))
        #expect(choice.report == .init(used: nil, others: [b]))
        #expect(choice.takes(a, isUsable: false, at: at(1)))
        #expect(!choice.takes(b, isUsable: true, at: at(1000)))
        #expect(choice.report == .init(used: nil, others: [b]), "it is silent")
    }

    @Test("A chosen one that gpsd does not have is named with those that it has, until it reports")
    func missing() {
        let choice = choice(a)
        #expect(choice.report.missing == nil, "gpsd has not said yet")
        choice.listed([])
        #expect(choice.report.missing == .init(device: a, available: []))
        choice.listed([b, b])
        #expect(choice.report.missing == .init(device: a, available: [b]))
        // Plugged in later: gpsd sends no new list.
        #expect(choice.takes(a, isUsable: true, at: at(1)))
        #expect(choice.report == .init(used: a, others: [], missing: nil))
        choice.disconnected()
        #expect(choice.report == .init())
        choice.listed([a])
        #expect(choice.report == .init())
    }

    @Test("One that has fallen silent is not named any more")
    func silentOther() {
        let choice = choice()
        _ = choice.takes(a, isUsable: true, at: at(0))
        _ = choice.takes(b, isUsable: true, at: at(1))
        #expect(choice.report.others == [b])
        _ = choice.takes(a, isUsable: true, at: at(6.1))
        #expect(choice.report.others.isEmpty)
    }

    @Test("A gpsd that does not name its devices has one; one that names thousands costs no memory")
    func strange() {
        let choice = choice()
        for second in 0...3 { #expect(choice.takes("", isUsable: true, at: at(Double(second)))) }
        #expect(choice.report == .init())
        for number in 0..<10_000 { _ = choice.takes("/dev/\(number)", isUsable: true, at: at(3)) }
        #expect(choice.report.others.count < ReceiverChoice.mostDevices)
    }
}
