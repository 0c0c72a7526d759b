import Foundation
import PatrolCore
import PatrolSystem
import PatrolVehicle
import Testing

@Suite("What gpsd says becomes fixes")
struct GPSReceiverTests {
    private let log = EventLog()

    /// Runs a receiver against the lines of a gpsd until it has told so many fixes.
    private func fixes(_ count: Int, of lines: String) throws -> [Fix] {
        let server = try LoopbackServer()
        defer { server.close() }
        let receiver = try GPSReceiver.started(port: server.port, log: log)
        defer { receiver.stop() }
        let gpsd = try server.accept()
        #expect(gpsd.line() == #"?WATCH={"enable":true,"json":true};"#)
        gpsd.send(GPSD.greeting + lines)
        try log.waitForFixes(count)
        return log.fixes
    }

    @Test("Every quantity of a report arrives in its unit")
    func quantities() throws {
        let before = Clocks.system.now()
        let sky = """
            {"class":"SKY","device":"/dev/ttyS0","hdop":1.1,"satellites":[\
            {"PRN":5,"el":45,"az":90,"ss":40,"used":true},{"PRN":7,"el":15,"az":10,"ss":30,"used":true},{"PRN":9,"used":false}]}
            """
        let report = GPSD.tpv(
            """
            "status":2,"mode":3,"time":"2005-06-09T14:34:44.280Z","leapseconds":18,"ept":0.005,"lat":-29.301234567,\
            "lon":-106.309876543,"altHAE":300.1,"altMSL":261.5,"alt":261.5,"epx":3.2,"track":359.96,"magtrack":2.1,\
            "speed":0.091,"climb":-0.085,"eph":4.275
            """
        )
        let fix = try #require(fixes(1, of: sky + "\n" + report).first)
        #expect(fix.mode == .threeDimensional)
        #expect(fix.status == 2)
        #expect(fix.time == WallTime(iso8601: "2005-06-09T14:34:44.280Z"))
        #expect(fix.latitude == -29.301234567)
        #expect(fix.longitude == -106.309876543)
        #expect(fix.altitude == 261.5)
        #expect(fix.speed == 0.091)
        #expect(fix.course == 359.96)
        #expect(fix.horizontalError == 4.275)
        #expect(fix.satellitesUsed == 2)
        #expect(fix.receivedAt >= before && fix.receivedAt <= Clocks.system.now())
    }

    @Test("What a report leaves out is not known, and never taken from the report before it")
    func absence() throws {
        let full = GPSD.tpv(
            #""status":2,"mode":3,"time":"2026-11-24T13:00:00Z","lat":1,"lon":2,"altMSL":3,"speed":4,"track":5,"eph":6"#
        )
        let fixes = try fixes(2, of: full + GPSD.tpv(#""mode":3"#))
        var expected = Fix(receivedAt: fixes[1].receivedAt, mode: .threeDimensional)
        expected.status = 0
        #expect(fixes[1] == expected)
    }

    @Test("Modes: only 2 and 3 promise anything")
    func modes() throws {
        let modes = [
            #""mode":0"#, #""mode":1"#, #""mode":2"#, #""mode":3"#, #""mode":4"#, #""mode":-1"#, #""mode":4294967298"#,
            "",
        ]
        let fixes = try fixes(modes.count, of: modes.map(GPSD.tpv).joined())
        #expect(fixes.prefix(6).map(\.mode) == [.none, .none, .twoDimensional, .threeDimensional, .none, .none])
        #expect(fixes.last?.mode == Fix.Mode.none)
    }

    @Test(
        "Times",
        arguments: [
            ("2026-12-31T23:59:59.999Z", "2026-12-31T23:59:59.999Z"),
            ("2016-12-31T23:59:60.000Z", "2017-01-01T00:00:00Z"),
            ("1999-08-22T00:00:00.000Z", "1999-08-22T00:00:00Z"), ("2046-07-10T13:00:00.5Z", "2046-07-10T13:00:00.5Z"),
            ("1970-01-01T00:00:00.000Z", nil),
        ] as [(String, String?)]
    )
    func times(text: String, expected: String?) throws {
        let fix = try #require(fixes(1, of: GPSD.tpv(#""mode":3,"time":"\#(text)","lat":1,"lon":2"#)).first)
        #expect(fix.time == expected.flatMap { WallTime(iso8601: $0) })
    }

    @Test("A SKY report without satellites says nothing about them")
    func sky() throws {
        let one =
            #"{"class":"SKY","hdop":1.1,"nSat":1,"uSat":1,"satellites":[{"PRN":5,"el":45,"used":true}]}"#
        let none = #"{"class":"SKY","hdop":1.2}"#
        let text = [GPSD.fix(1), one + "\n", GPSD.fix(2), none + "\n", GPSD.fix(3)].joined()
        #expect(try fixes(3, of: text).map(\.satellitesUsed) == [nil, 1, 1])
    }

    @Test("Lines of other classes, broken lines and noise make no fixes and do no harm")
    func noise() throws {
        let noise = [
            #"{"class":"AIS","device":"x","type":5,"mmsi":351759000,"imo":9134270,"shipname":"EVER DIADEM"}"#,
            #"{"class":"GST","device":"x","time":"2026-11-24T13:00:00Z","lat":12.5,"lon":13.5}"#,
            #"{"class":"DEVICE","path":"/dev/ttyS0","activated":0}"#, #"{"class":"ERROR","message":"nonsense"}"#,
            #"{"class":"TPV","mode":3,"lat":7,"lon":8"#, #"{"class":"TPV","mode":3,"lat":7,"lo"#, #"{"class":"TPV"#,
            // libgps alone never comes back from these.
            #"{"class":"TPV","mode":3}x{"class":"TPV","mode":2}"#,
            #"{"class":"TPV","mode":3,"lat":"class":"TPV","mode":3}"#,
            #"{"class":"SKY","hdop":"class":"SKY","satellites":[]}"#,
            #"{"mode":3,"class":"TPV"}"#, #"["class","TPV"]"#, "$GPRMC,130000,A*00", "", "\r", "{}", "}", "{", "\"",
            "\u{FFFD}\u{1}\u{2}", String(repeating: "{", count: 5000), String(repeating: "x", count: 100_000),
            #"{"class":"TPV","mode":3,"lat":9,"x":""# + String(repeating: "y", count: 20_000) + #""}"#,
        ]
        var text = GPSD.fix(1)
        for (number, line) in noise.enumerated() { text += line + "\n" + GPSD.fix(Double(number + 2)) }
        #expect(try fixes(noise.count + 1, of: text).map(\.latitude) == (1...noise.count + 1).map { Double($0) })
    }

    @Test("A zero byte ends no line and hides none")
    func zeroByte() throws {
        let text = "{\"class\":\"TPV\"\u{0},\"mode\":3,\"lat\":7,\"lon\":8}\n" + GPSD.fix(1)
        #expect(try fixes(1, of: text).map(\.latitude) == [1])
    }

    @Test("Random damage to real lines never hangs or ends the thread", arguments: UInt64(1)...4)
    func damage(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let lines = [
            GPSD.tpv(#""mode":3,"time":"2026-11-24T13:00:00.000Z","lat":29.3,"lon":106.3,"altMSL":250.1,"eph":4.2"#),
            #"{"class":"SKY","hdop":1.1,"satellites":[{"PRN":5,"el":45,"used":true},{"PRN":7,"used":false}]}"# + "\n",
        ]
        let alphabet = Array("{}[],:\"\\ 0159.-eTPVSKYclas\n".utf8)
        var bytes: [UInt8] = []
        for _ in 0..<2000 {
            var line = Array(lines[Int.random(in: 0...1, using: &generator)].utf8)
            for _ in 0..<Int.random(in: 1...5, using: &generator) {
                let place = Int.random(in: 0..<line.count, using: &generator)
                let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
                switch Int.random(in: 0...2, using: &generator) {
                case 0: line[place] = byte
                case 1: line.insert(byte, at: place)
                default:
                    let end = min(place + Int.random(in: 0...40, using: &generator), line.count)
                    line.insert(contentsOf: line[place..<end], at: Int.random(in: 0...line.count, using: &generator))
                }
            }
            bytes += line
        }
        let text = String(decoding: bytes, as: UTF8.self) + "\n"
        let server = try LoopbackServer()
        defer { server.close() }
        let receiver = try GPSReceiver.started(port: server.port, log: log) { $0.lostAfter = .milliseconds(100) }
        defer { receiver.stop() }
        let gpsd = try server.accept()
        gpsd.send(text)
        // The first damaged name that had a fix is a receiver, and is kept until it has been silent for real time.
        for _ in 0..<250 where log.fixes.last?.latitude != 77 {
            gpsd.send(GPSD.fix(77))
            usleep(20_000)  // a receiver that reports at 50 Hz
        }
        try log.wait(for: "the whole fix at the end (seed \(seed))") { _ in log.fixes.last?.latitude == 77 }
    }
}

/// A seeded generator (SplitMix64), so that a failing run can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
