import PatrolCore
import Testing

@testable import patrol_simulator

@Suite("What the simulated receiver says")
struct NMEATests {
    @Test(
        "A sentence has its checksum in two digits and its line end",
        arguments: [
            (["GPGLL", "5300.97914", "N", "00259.98174", "E", "125926", "A"], "*28"), (["GP"], "*17"), ([""], "*00"),
        ]
    )
    func checksum(fields: [String], ending: String) {
        #expect(NMEASentence(fields).text == "$" + fields.joined(separator: ",") + ending + "\r\n")
    }

    @Test(
        "Every hemisphere, both poles and both sides of 180°, to the last digit",
        arguments: [
            (293_012_345, 1_063_012_345, ["2918.0740700", "N"], ["10618.0740700", "E"]),
            (-272_109_117, -1_530_522_500, ["2712.6547020", "S"], ["15303.1350000", "W"]),
            (900_000_000, 1_800_000_000, ["9000.0000000", "N"], ["18000.0000000", "E"]),
            (-900_000_000, -1_800_000_000, ["9000.0000000", "S"], ["18000.0000000", "W"]),
            (-1, 1, ["0000.0000060", "S"], ["00000.0000060", "E"]),
        ] as [(Int32, Int32, [String], [String])]
    )
    func coordinates(latitude: Int32, longitude: Int32, north: [String], east: [String]) throws {
        let coordinate = try #require(Coordinate(latitudeE7: latitude, longitudeE7: longitude))
        #expect(NMEAField.latitude(coordinate) == north)
        #expect(NMEAField.longitude(coordinate) == east)
    }

    @Test("Time and date are UTC and roll over at midnight")
    func midnight() throws {
        let last = try #require(WallTime(iso8601: "2026-12-31T23:59:59.999Z"))
        #expect(NMEAField.time(last) == "235959.999" && NMEAField.date(last) == "311226")
        let first = last + .milliseconds(1)
        #expect(NMEAField.time(first) == "000000.000" && NMEAField.date(first) == "010127")
    }

    @Test(
        "Numbers round, keep their sign, and are empty where nothing is known",
        arguments: [
            (nil, 1, ""), (Double.nan, 1, ""), (-0.25, 1, "-0.3"), (0, 0, "0"), (12.345, 2, "12.35"), (1e13, 0, ""),
        ] as [(Double?, Int, String)]
    )
    func numbers(value: Double?, places: Int, text: String) {
        #expect(NMEAField.decimal(value, places: places) == text)
    }
}
