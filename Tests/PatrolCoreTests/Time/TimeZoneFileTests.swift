import Testing

@testable import PatrolCore

@Suite("The file of a time zone")
struct TimeZoneFileTests {
    /// A file of RFC 8536 with an empty first block, as `zic -b slim` writes it, and one 64-bit block.
    private struct Sample {
        var version = UInt8(ascii: "2")
        var times: [Int64] = []
        var indices: [UInt8] = []
        var offsets: [Int32] = [0]
        var leapSeconds: [(Int64, Int32)] = []
        var isDaylight: UInt8 = 0
        var rule = "UTC0"

        static let shanghai = Sample(
            times: [-2_177_481_943, -1_600_675_200],
            indices: [1, 2],
            offsets: [29_143, 28_800, 32_400],
            rule: "CST-8"
        )

        var bytes: [UInt8] {
            var bytes = header([0, 0, 0, 0, 1, 4]) + [UInt8](repeating: 0, count: 6) + Array("LMT\0".utf8)
            bytes += header([0, 0, leapSeconds.count, times.count, offsets.count, 4])
            for time in times { bytes += number(time, 8) }
            bytes += indices
            for offset in offsets { bytes += number(Int64(offset), 4) + [isDaylight, 0] }
            bytes += Array("CST\0".utf8)
            for (time, correction) in leapSeconds { bytes += number(time, 8) + number(Int64(correction), 4) }
            return bytes + Array("\n\(rule)\n".utf8)
        }

        private func header(_ counts: [Int]) -> [UInt8] {
            var bytes = Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
            for count in counts { bytes += number(Int64(count), 4) }
            return bytes
        }

        private func number(_ value: Int64, _ size: Int) -> [UInt8] {
            (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
    }

    private func problem(_ bytes: [UInt8]) -> TimeZoneFile.Problem? {
        do {
            _ = try TimeZoneFile(bytes)
            return nil
        } catch {
            return error
        }
    }

    private func problem(_ change: (inout Sample) -> Void) -> TimeZoneFile.Problem? {
        var sample = Sample.shanghai
        change(&sample)
        return problem(sample.bytes)
    }

    @Test("A zone, and one that is UTC for ever")
    func good() throws {
        #expect(try !TimeZoneFile(Sample.shanghai.bytes).isAlwaysUTC)
        #expect(try TimeZoneFile(Sample().bytes).isAlwaysUTC)
        #expect(try TimeZoneFile(Sample(rule: "").bytes).isAlwaysUTC)
        #expect(try TimeZoneFile(Sample(rule: "<-00>0").bytes).isAlwaysUTC)
        // London: no offset in winter, but summer time.
        #expect(try !TimeZoneFile(Sample(rule: "GMT0BST,M3.5.0/1,M10.5.0").bytes).isAlwaysUTC)
        // A zone that changed to an offset not long ago, by its rule alone.
        #expect(try !TimeZoneFile(Sample(rule: "CST-8").bytes).isAlwaysUTC)
    }

    @Test("Cut off anywhere it is refused, which glibc would take for UTC")
    func cutOff() {
        let whole = Sample.shanghai.bytes
        for count in 0..<whole.count {
            #expect(problem(Array(whole.prefix(count))) != nil, "\(count) of \(whole.count) bytes")
        }
        #expect(problem(Array(whole.prefix(60))) == .cutOff)
        #expect(problem([]) == .notAZone)
        #expect(problem(Array("TZDATA".utf8)) == .notAZone)
    }

    @Test("What contradicts itself is refused")
    func damaged() {
        #expect(problem { $0.version = 0 } == .tooOld)
        #expect(problem { $0.leapSeconds = [(78_796_800, 1)] } == .countsLeapSeconds)
        #expect(problem { $0.times.reverse() } == .damaged("its changes are out of order"))
        #expect(problem { $0.indices = [1, 3] } == .damaged("a change to an offset that is not there"))
        #expect(problem { $0.offsets[2] = 93_600 } == .damaged("an offset of 93600 s"))
        #expect(problem { $0.offsets[0] = .min } == .damaged("an offset of -2147483648 s"))
        #expect(problem { $0.isDaylight = 2 } != nil)
        #expect(problem { $0.rule = "CST-8\nUTC0" } == .damaged("its rule for the years to come"))
        // A count that would read far beyond the file.
        var bytes = Sample.shanghai.bytes
        bytes.replaceSubrange(32..<36, with: [0x7F, 0xFF, 0xFF, 0xFF])
        #expect(problem(bytes) == .damaged("a count of 2147483647"))
        bytes.replaceSubrange(32..<36, with: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(problem(bytes) == .damaged("a count of -1"))
    }

    @Test("No byte of damage ends the process", arguments: [UInt8(0x00), 0x01, 0x7F, 0x80, 0xFF])
    func anyDamage(value: UInt8) {
        let whole = Sample.shanghai.bytes
        for index in whole.indices {
            var bytes = whole
            bytes[index] = value
            _ = problem(bytes)
        }
    }
}
