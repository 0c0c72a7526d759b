import PatrolCore
import Testing

@Suite("Which fixes are positions")
struct FixFilterTests {
    private let drive = Drive()

    private func verdicts(_ fixes: [Fix], _ settings: FixFilter.Settings = .init()) -> [FixRejection?] {
        var filter = FixFilter(settings: settings)
        return fixes.map { filter.handle($0).rejection }
    }

    @Test("A fix is refused for the first thing that is wrong with it")
    func reasons() {
        func changed(_ change: (inout Fix) -> Void) -> Fix {
            var fix = drive.fix(0)
            change(&fix)
            return fix
        }
        let table: [(Fix, FixRejection?)] = [
            (drive.fix(0), nil),
            (changed { $0.mode = .twoDimensional }, nil),
            (changed { $0.mode = .none }, .noFix),
            (changed { $0.latitude = nil }, .noPosition),
            (changed { $0.longitude = nil }, .noPosition),
            (
                changed {
                    $0.mode = .none; $0.latitude = nil
                }, .noFix
            ),
            (changed { $0.latitude = 90.000_000_1 }, .outOfRange),
            (changed { $0.latitude = -91 }, .outOfRange),
            (changed { $0.longitude = 180.1 }, .outOfRange),
            (changed { $0.latitude = .nan }, .outOfRange),
            (changed { $0.longitude = .infinity }, .outOfRange),
            (changed { $0.latitude = 90 }, nil),
            (
                changed {
                    $0.latitude = -90; $0.longitude = -180
                }, nil
            ),
            (changed { $0.longitude = 180 }, nil),
            (
                changed {
                    $0.latitude = 0; $0.longitude = 0
                }, .nullIsland
            ),
            (
                changed {
                    $0.latitude = -0.0; $0.longitude = 0
                }, .nullIsland
            ),
            (changed { $0.latitude = 0 }, nil),
            (changed { $0.longitude = 0 }, nil),
            (
                changed {
                    $0.latitude = 0.000_000_1; $0.longitude = 0
                }, nil
            ),
            (changed { $0.horizontalError = 1499.9 }, nil),
            (changed { $0.horizontalError = 1500 }, .tooUncertain),
            (changed { $0.horizontalError = .infinity }, .tooUncertain),
            (changed { $0.horizontalError = nil }, nil),
            (changed { $0.speed = 70 }, nil),
            (changed { $0.speed = 70.1 }, .tooFast),
            (changed { $0.speed = .infinity }, .tooFast),
        ]
        for (fix, reason) in table {
            #expect(verdicts([fix]) == [reason], "\(fix)")
        }
    }

    @Test("Whatever gpsd's status says, it is no reason", arguments: UInt8.min...9)
    func status(status: UInt8) {
        var fix = drive.fix(0)
        fix.status = status
        #expect(verdicts([fix]) == [nil])
    }

    @Test("A log that repeats each report nine times gives each once")
    func ninefold() {
        var filter = FixFilter()
        for second in 0..<10 {
            for copy in 0..<9 {
                var fix = drive.fix(Double(second), east: Double(second) * 3)
                fix.receivedAt = fix.receivedAt + .milliseconds(copy * 10)
                // The copies of a report differ in what gpsd adds, not in time and place.
                fix.mode = copy == 0 ? .twoDimensional : .threeDimensional
                #expect(filter.handle(fix).rejection == (copy == 0 ? nil : .duplicate))
            }
        }
        #expect(filter.counters.accepted == 10)
        #expect(filter.counters.rejectedByName == ["duplicate": 80])
    }

    @Test("A parked cart's reports are no duplicates as long as the time goes on")
    func parkedIsNoDuplicate() {
        #expect(verdicts((0..<5).map { drive.fix(Double($0)) }) == [nil, nil, nil, nil, nil])
    }

    @Test("The same place at another time, even an earlier one, is another report")
    func backwards() {
        #expect(verdicts([drive.fix(5), drive.fix(4), drive.fix(4)]) == [nil, nil, .duplicate])
    }

    @Test("Without a time, only the same in everything within half a second is a duplicate")
    func duplicateWithoutTime() {
        var timeless = drive
        timeless.began = nil
        var faster = timeless.fix(0.2)
        faster.speed = 3
        let fixes = [
            timeless.fix(0), timeless.fix(0.1), faster, timeless.fix(0.3), timeless.fix(0.8), timeless.fix(1.4),
        ]
        #expect(verdicts(fixes) == [nil, .duplicate, nil, nil, .duplicate, nil])
    }

    @Test("How far a fix may be from the last one grows with the time between and the errors of both")
    func reach() {
        func second(_ seconds: Double, metres: Double, error: Double?) -> FixRejection? {
            var other = drive
            other.error = error
            return verdicts([drive.fix(0), other.fix(seconds, north: metres)])[1]
        }
        #expect(second(1, metres: 139, error: 10) == nil)
        #expect(second(1, metres: 141, error: 10) == .jump)
        #expect(second(10, metres: 769, error: 10) == nil)
        #expect(second(10, metres: 771, error: 10) == .jump)
        #expect(second(1, metres: 529, error: 400) == nil)
        #expect(second(1, metres: 531, error: 400) == .jump)
        #expect(second(1, metres: 149, error: nil) == nil)
        #expect(second(1, metres: 151, error: nil) == .jump)
        #expect(second(3600, metres: 200_000, error: 10) == nil)
    }

    @Test("The time between is the receiver's; with a date that jumps or goes back it is the boot clock's")
    func elapsed() {
        func second(receiver: Double?, boot: Double, metres: Double) -> FixRejection? {
            var fix = drive.fix(boot, north: metres)
            fix.time = receiver.flatMap { seconds in drive.began.map { $0 + .milliseconds(Int64(seconds * 1000)) } }
            return verdicts([drive.fix(0), fix])[1]
        }
        #expect(second(receiver: 10, boot: 0.01, metres: 700) == nil, "a replay")
        #expect(second(receiver: 1, boot: 10, metres: 700) == .jump, "a late report")
        #expect(second(receiver: nil, boot: 10, metres: 700) == nil)
        #expect(second(receiver: nil, boot: 0.01, metres: 700) == .jump)
        #expect(second(receiver: -5, boot: 10, metres: 700) == nil)
        #expect(second(receiver: -5, boot: 1, metres: 700) == .jump)
        #expect(second(receiver: 1024 * 7 * 86_400, boot: 1, metres: 700) == .jump, "a rollover is no time to drive in")
        #expect(second(receiver: 0, boot: 1, metres: 100) == nil, "two places at one time")
    }

    @Test("A jump says how far and in what time")
    func jumpDetails() {
        var filter = FixFilter()
        _ = filter.handle(drive.fix(0))
        guard case .jumped(let metres, let seconds) = filter.handle(drive.fix(2, north: 1900)) else {
            Issue.record("no jump")
            return
        }
        #expect(abs(metres - 1900) < 0.1)
        #expect(seconds == 2)
    }

    @Test("A first fix that is a kilometre off is given up at the third that agree")
    func wrongFirstFix() {
        var filter = FixFilter()
        let verdicts = (0..<6).map { second in
            filter.handle(drive.fix(Double(second), east: second == 0 ? 0 : 1000 + Double(second) * 5))
        }
        #expect(verdicts.map(\.rejection) == [nil, .jump, .jump, nil, nil, nil])
        guard case .relocated = verdicts[3] else {
            Issue.record("\(verdicts[3]) is not a relocation")
            return
        }
        #expect(filter.counters.accepted == 4)
        #expect(filter.counters.rejectedByName == ["jump": 2])
    }

    @Test("Jumps to and fro never make a place: they do not agree with each other")
    func scattered() {
        let fixes = (0..<30).map { second in
            second.isMultiple(of: 2)
                ? drive.fix(Double(second)) : drive.fix(Double(second), east: 1000 * Double(second), north: 5000)
        }
        let expected: [FixRejection?] = (0..<30).map { $0.isMultiple(of: 2) ? nil : .jump }
        #expect(verdicts(fixes) == expected)

        // The same without the true ones in between.
        let wild = [drive.fix(0)] + (1..<30).map { drive.fix(Double($0), east: 3000 * Double($0)) }
        #expect(verdicts(wild) == [nil] + Array(repeating: .jump, count: 29))
    }

    @Test("Copies of one wild report do not confirm it")
    func copiesOfAJump() {
        let fixes = [drive.fix(0)] + Array(repeating: drive.fix(1, north: 1000), count: 9) + [drive.fix(2)]
        #expect(verdicts(fixes) == [nil, .jump] + Array(repeating: .duplicate, count: 8) + [nil])
    }

    @Test(
        "Halves and seams of the globe are nothing special",
        arguments: [
            (-33.9, 151.2), (51.5, -0.000_01), (-54.8, -68.3), (0.000_01, 179.999_99), (-16.8, -179.999_99),
            (89.99, 20), (-89.99, -20),
        ]
    )
    func globe(latitude: Double, longitude: Double) {
        var there = Drive()
        there.latitude = latitude
        there.longitude = longitude
        #expect(verdicts((0..<20).map { there.fix(Double($0), east: Double($0) * 10) }).allSatisfy { $0 == nil })
        #expect(verdicts([there.fix(0), there.fix(1, north: latitude < 0 ? 500 : -500)]) == [nil, .jump])
    }
}
