import PatrolCore
import Testing

@Suite("From the receiver's words to the units of the wire")
struct PositionConversionTests {
    private func position(_ change: (inout Fix) -> Void) throws -> Position {
        var fix = Drive().fix(0)
        change(&fix)
        var settings = PositionPipeline.Settings(buildDate: WallTime(millisecondsSince1970: 1_795_000_000_000))
        settings.filter.maximumSpeed = .infinity
        var pipeline = PositionPipeline(settings: settings, odometerMetres: 42)
        return try #require(pipeline.handle(fix).record)
    }

    @Test(
        "Altitude in decimetres, rounded and clamped",
        arguments: [
            (nil, nil), (0, 0), (0.04, 0), (0.05, 1), (-0.05, -1), (-430.52, -4305), (8848.86, 88_489),
            (1e12, .max), (-1e12, .min), (.infinity, nil), (.nan, nil),
        ] as [(Double?, Int32?)]
    )
    func altitude(metres: Double?, decimetres: Int32?) throws {
        #expect(try position { $0.altitude = metres }.altitudeDecimetres == decimetres)
    }

    @Test(
        "Speed in cm/s, never negative",
        arguments: [
            (nil, nil), (0, 0), (-0.0, 0), (-3, 0), (0.004, 0), (0.005, 1), (27.777, 2778), (1e9, .max),
        ] as [(Double?, Int32?)]
    )
    func speed(metresPerSecond: Double?, centimetres: Int32?) throws {
        #expect(try position { $0.speed = metresPerSecond }.speedCentimetresPerSecond == centimetres)
    }

    @Test(
        "Course in 0.1°, where a full turn is north",
        arguments: [
            (nil, nil), (0, 0), (-0.0, 0), (0.04, 0), (0.05, 1), (90, 900), (359.9, 3599), (359.94, 3599),
            (359.96, 0), (360, 0), (360.1, 1), (725, 50), (-90, 2700), (-0.01, 0), (.nan, nil), (-.infinity, nil),
            (1e300, nil),
        ] as [(Double?, Int32?)]
    )
    func course(degrees: Double?, decidegrees: Int32?) throws {
        let course = try position { $0.course = degrees }.courseDecidegrees
        if let degrees, degrees == 1e300 {
            #expect(course.map { (0..<3600).contains($0) } == true, "some direction")
        } else {
            #expect(course == decidegrees)
        }
    }

    @Test(
        "Horizontal error in decimetres, never negative",
        arguments: [(nil, nil), (0, 0), (-1, 0), (12.34, 123), (1499.99, 15_000)] as [(Double?, Int32?)]
    )
    func error(metres: Double?, decimetres: Int32?) throws {
        #expect(try position { $0.horizontalError = metres }.horizontalErrorDecimetres == decimetres)
    }

    @Test("The rest is taken over as it is")
    func rest() throws {
        let drive = Drive()
        let position = try position {
            $0.mode = .twoDimensional
            $0.status = 2
            $0.satellitesUsed = 11
        }
        #expect(position.mode == .twoDimensional)
        #expect(position.status == 2)
        #expect(position.satellitesUsed == 11)
        #expect(position.odometerMetres == 42)
        #expect(position.time == drive.began)
        #expect(position.timeMark == .plausible)
        #expect(position.receivedAt == drive.boot)
        #expect(position.coordinate == Coordinate(latitude: 29.3, longitude: 106.3))
    }
}
