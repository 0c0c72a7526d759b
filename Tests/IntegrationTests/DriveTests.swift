import Foundation
import FoundationXML
import PatrolAPI
import PatrolCore
import PatrolWire
import Testing

@Suite("A recorded drive of 37 km", .enabled(if: Surroundings.hasTestData, Surroundings.noTestData))
struct DriveTests {
    @Test("Replayed through gpsd: the length within 1 %, and what a position costs")
    func drive() async throws {
        let track = try #require(Surroundings.testData) + "/tracks/drive-37km-1hz.gpx"
        let places = try GPXPlaces(String(contentsOf: URL(filePath: track), encoding: .utf8)).places
        let trackMetres = zip(places, places.dropFirst()).reduce(0) { $0 + $1.0.distanceInMetres(to: $1.1) }
        let chain = try Chain()
        try chain.configure(position: "moving_interval = \"0s\"\nparked_interval = \"0s\"", upload: nil)
        try await chain.startReceiver(["gpx", track, "--speed-up", "60", "--once"])
        try await chain.startPatrold()
        try await eventually("the drive is over", within: 120) {
            let gps = try await chain.status().gps
            return gps.accepted + gps.rejected.values.reduce(0, +) >= places.count
        }
        let positions = try await chain.positions()
        let odometer = Double(try #require(positions.last).odometerMetres)
        let status = try await chain.status()
        #expect(try await chain.patrold?.stop() == 0)

        let blocks = try await run(
            "/usr/bin/sqlite3",
            [
                chain.folder.path("journal/journal.sqlite"),
                "SELECT hex(block) FROM position_blocks ORDER BY first_sequence",
            ]
        )
        #expect(blocks.code == 0, "\(blocks.errors)")
        let bytes = blocks.output.split(separator: "\n").map(bytesFromHex)
        let atRest = Double(bytes.reduce(0) { $0 + $1.count }) / Double(positions.count)
        // A backlog batch carries several blocks; gzip sees them together.
        let batches = stride(from: 0, to: bytes.count, by: 8).map {
            Array(bytes[$0..<min($0 + 8, bytes.count)].joined())
        }
        let gzipped = Double(try batches.reduce(0) { $0 + (try Gzip.compress($1).count) }) / Double(positions.count)
        print(
            "drive: \(places.count) points, \(positions.count) positions, refused \(status.gps.rejected);",
            "track \(Int(trackMetres)) m, odometer \(Int(odometer)) m;",
            "at rest \(round(atRest * 100) / 100), gzipped \(round(gzipped * 100) / 100) bytes a position"
        )
        #expect(abs(odometer - trackMetres) <= trackMetres / 100)
        // The budget is 9 and 7 for a receiver with steady seconds at 1 Hz (DriveSizeTests has that figure). This
        // recording's time stamps jitter by milliseconds and the replay at 60 times its pace jitters in the instants of
        // receipt: each costs a byte a position that a varint cannot share.
        #expect(atRest <= 11.5)
        #expect(gzipped <= 7.8)
    }
}

private func bytesFromHex(_ text: Substring) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// The places of a GPX file, in their order.
final class GPXPlaces: NSObject, XMLParserDelegate {
    private(set) var places: [Coordinate] = []

    init(_ text: String) throws {
        super.init()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = self
        guard parser.parse() else { throw Failure("not GPX: \(String(describing: parser.parserError))") }
    }

    func parser(
        _ parser: XMLParser,
        didStartElement name: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String]
    ) {
        guard name == "trkpt", let latitude = attributes["lat"].flatMap(Double.init),
            let longitude = attributes["lon"].flatMap(Double.init),
            let place = Coordinate(latitude: latitude, longitude: longitude)
        else { return }
        places.append(place)
    }
}
