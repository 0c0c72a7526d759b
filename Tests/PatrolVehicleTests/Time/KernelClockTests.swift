import PatrolCore
import PatrolSystem
import Testing

@testable import PatrolVehicle

@Suite("The kernel's clock")
struct KernelClockTests {
    /// Between which bounds `CLOCK_REALTIME − CLOCK_BOOTTIME` lies, by the narrowest of a hundred looks.
    private func bounds() -> ClosedRange<Int64> {
        let looks = (0..<100).map { _ in
            let before = Clocks.system.now()
            let time = Clocks.system.systemTime().millisecondsSince1970
            return (time - Clocks.system.now().millisecondsSinceBoot - 1)...(time + 1 - before.millisecondsSinceBoot)
        }
        return looks.min { $0.count < $1.count } ?? 0...0
    }

    private func offset(_ kernel: KernelTime) -> Int64 {
        kernel.time.millisecondsSince1970 - kernel.at.millisecondsSinceBoot
    }

    @Test("Both clocks are read at the same moment, to a millisecond, and that is now")
    func pair() {
        let before = Clocks.system.now()
        let kernel = KernelClock.read()
        let after = Clocks.system.now()
        #expect(kernel.at >= before - .milliseconds(1))
        #expect(kernel.at <= after)
        #expect(bounds().contains(offset(kernel)))
        #expect(kernel.maximumError >= .zero)
    }

    @Test("Two readings say the same of a clock that nobody sets")
    func steady() {
        let readings = (0..<20).map { _ in KernelClock.read() }
        let apart = readings.map { offset($0) }
        #expect((apart.max() ?? 0) - (apart.min() ?? 0) <= 1, "\(apart)")
        #expect(zip(readings, readings.dropFirst()).allSatisfy { $0.at - $1.at < .milliseconds(1) })
    }

    @Test("Whether NTP holds the clock is said, or why it is not said")
    func refusal() {
        let kernel = KernelClock.read()
        if let refusal = KernelClock.refusal() {
            #expect(refusal.call == "adjtimex")
            #expect(!kernel.isSynchronised)
        } else if kernel.isSynchronised {
            #expect(kernel.maximumError < .seconds(17))
        } else {
            // adjtimex(2) tells the last maximum error of a clock that nobody holds any more, up to 16 s and some.
            #expect(kernel.maximumError > .zero)
        }
    }

    // MARK: - Which reading is used

    private typealias Reading = KernelClock.Reading

    /// A reading 1 ms after the one before it, of a clock that is `ahead` ms ahead of the boot clock.
    private func reading(_ number: Int64, width: Int64, ahead: Int64 = 5000, held: Bool = true) -> Reading {
        let before = number * 1_000_000
        return Reading(
            before: before,
            after: before + width,
            utc: before + width / 2 + ahead * 1_000_000,
            isSynchronised: held,
            maximumError: .milliseconds(number)
        )
    }

    private func best(of readings: [Reading]) -> (time: KernelTime, taken: Int) {
        var taken = 0
        let time = KernelClock.best {
            defer { taken += 1 }
            return readings[min(taken, readings.count - 1)]
        }
        return (time, taken)
    }

    @Test("The narrowest of five counts")
    func narrowest() {
        let widths: [Int64] = [3000, 900, 700, 70_000, 800, 10]
        let (time, taken) = best(of: widths.enumerated().map { reading(Int64($0), width: $1) })
        #expect(taken == 5)
        #expect(time.maximumError == .milliseconds(2))
        #expect(offset(time) == 5000)
    }

    @Test("A clock that is set meanwhile is read anew: never the old time with the new state", arguments: 1...4)
    func setMeanwhile(number: Int) {
        // The first ones are narrower.
        let old = (0..<number).map { reading(Int64($0), width: 100, held: false) }
        let new = (number..<20).map { reading(Int64($0), width: 2000, ahead: 9000) }
        let (time, taken) = best(of: old + new)
        #expect(taken == number + 5)
        #expect(time.isSynchronised)
        #expect(offset(time) == 9000)
    }

    @Test("Synchronisation that is lost meanwhile is lost, though the time is the same")
    func lostMeanwhile() {
        let readings = (0..<20).map { reading($0, width: $0 < 3 ? 100 : 2000, held: $0 < 3) }
        #expect(!best(of: readings).time.isSynchronised)
    }

    @Test("A clock that never stays is given up, and is not synchronised")
    func restless() {
        let (time, taken) = best(of: (0..<100).map { reading($0, width: 100, ahead: $0 * 10) })
        #expect(taken == 50)
        #expect(!time.isSynchronised)
    }

    @Test(
        "The time is a whole millisecond, and the instant is its own, before 1970 too",
        arguments: [
            (1_795_525_200_123_456_789, 1_795_525_200_123, 456_789), (999_999, 0, 999_999), (0, 0, 0),
            (-1, -1, 999_999), (-1_000_000, -1, 0), (-1_000_001, -2, 999_999),
        ] as [(Int64, Int64, Int64)]
    )
    func conversion(utc: Int64, milliseconds: Int64, remainder: Int64) {
        let reading = Reading(
            before: 7_000_000_000,
            after: 7_000_001_000,
            utc: utc,
            isSynchronised: true,
            maximumError: .milliseconds(3)
        )
        let time = reading.kernelTime
        #expect(time.time.millisecondsSince1970 == milliseconds)
        #expect(time.at.nanosecondsSinceBoot == 7_000_000_500 - remainder)
        #expect(time.isSynchronised)
        #expect(time.maximumError == .milliseconds(3))
    }
}
