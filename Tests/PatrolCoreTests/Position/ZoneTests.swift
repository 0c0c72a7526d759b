import PatrolCore
import Testing

@Suite("What a zone may be")
struct ZoneTests {
    private static let square: [(Double, Double)] = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]

    @Test(
        "Each bad ring is refused with its place and its reason",
        arguments: [
            ([], .ring(polygon: 0, ring: 0), "has 0 positions; allowed: at least 4"),
            ([(0, 0)], .ring(polygon: 0, ring: 0), "has 1 position; allowed: at least 4"),
            ([(0, 0), (1, 0), (0, 0)], .ring(polygon: 0, ring: 0), "has 3 positions"),
            (
                [(0, 0), (1, 0), (1, 1), (0, 1)], .ring(polygon: 0, ring: 0),
                "is not closed: it begins at [0.0, 0.0] and ends at [0.0, 1.0]"
            ),
            (
                [(0, 0), (1, 1), (1, 0), (0, 1), (0, 0)], .ring(polygon: 0, ring: 0),
                "crosses or touches itself: the edge from position 0 [0.0, 0.0] to position 1 [1.0, 1.0] meets the edge"
                    + " from position 2 [1.0, 0.0] to position 3 [0.0, 1.0]"
            ),
            // Across the last edge.
            (
                [(0, 0), (2, 1), (2, 0), (1, 1), (0, 2), (1, 0.2), (0, 0)], .ring(polygon: 0, ring: 0),
                "the edge from position 0 [0.0, 0.0] to position 1 [2.0, 1.0] meets the edge from"
            ),
            // A corner on another edge, a corner on another corner, a spike, a way to and back.
            ([(0, 0), (4, 0), (4, 4), (2, 0), (0, 4), (0, 0)], .ring(polygon: 0, ring: 0), "touches itself"),
            (
                [(0, 0), (1, 1), (2, 0), (2, 2), (1, 1), (0, 2), (0, 0)], .ring(polygon: 0, ring: 0),
                "touches itself"
            ),
            (
                [(0, 0), (1, 0), (3, 0), (2, 0), (2, 2), (0, 2), (0, 0)], .ring(polygon: 0, ring: 0),
                "the edge from position 1 [1.0, 0.0] to position 2 [3.0, 0.0] meets the edge from position 2 [3.0, 0.0]"
            ),
            (
                [(0, 0), (1, 0), (1, 1), (3, 0), (0, 0)], .ring(polygon: 0, ring: 0),
                "the edge from position 0 [0.0, 0.0] to position 1 [1.0, 0.0]"
            ),
            ([(0, 0), (1, 1), (2, 2), (0, 0)], .ring(polygon: 0, ring: 0), "has no area: all its positions"),
            ([(5, 5), (5, 5), (5, 5), (5, 5)], .ring(polygon: 0, ring: 0), "has no area"),
            ([(0, 0), (1, 0), (0, 0), (0, 0)], .ring(polygon: 0, ring: 0), "has no area"),
            (
                [(106, 29), (106.1, 29), (160.1, 29.1), (106, 29)], .ring(polygon: 0, ring: 0),
                "spans 54.1° from west to east and 0.1° from south to north; allowed: at most 10°; is a digit wrong?"
            ),
            ([(0, 0), (1, 0), (1, 10.1), (0, 0)], .ring(polygon: 0, ring: 0), "10.1° from south to north"),
            ([(0, 80), (120, 80), (-120, 80), (0, 80)], .ring(polygon: 0, ring: 0), "goes round a pole"),
            ([(0, -80), (-120, -80), (120, -80), (0, -80)], .ring(polygon: 0, ring: 0), "goes round a pole"),
            (
                [(0, 0), (29.3, 106.3), (1, 1), (0, 0)], .position(polygon: 0, ring: 0, position: 1),
                "is [29.3, 106.3]; allowed: longitude -180 to 180, latitude -90 to 90; longitude comes first"
            ),
            (
                [(0, 0), (181, 0), (1, 200), (0, 0)], .position(polygon: 0, ring: 0, position: 1),
                "allowed: longitude -180 to 180, latitude -90 to 90; 1 more of this ring"
            ),
            ([(0, 0), (1, 0), (.nan, 1), (0, 0)], .position(polygon: 0, ring: 0, position: 2), "is [nan, 1.0]"),
            (
                [(0, 85), (1, 85), (1, 85.1), (0, 85)], .position(polygon: 0, ring: 0, position: 2),
                "too near to a pole"
            ),
            ([(0, -90), (1, -84), (2, -84), (0, -90)], .position(polygon: 0, ring: 0, position: 0), "near to a pole"),
        ] as [([(Double, Double)], ZoneProblem.Place, String)]
    )
    func badRings(ring: [(Double, Double)], place: ZoneProblem.Place, message: String) throws {
        let problems = zoneProblems([ring])
        let problem = try #require(problems.first)
        #expect(problems.count == 1)
        #expect(problem.place == place, "\(problem)")
        #expect(problem.message.contains(message), "\(problem.message)")
        #expect(problem.message.contains("allowed: "))
    }

    @Test("Either winding, repeated positions, corners on a straight line, an end at 180° for one at −180°: all fine")
    func goodRings() {
        let rings: [[(Double, Double)]] = [
            Self.square, Self.square.reversed(),
            [(0, 0), (0, 0), (1, 0), (1, 0), (1, 1), (0, 0), (0, 0)],
            [(0, 0), (0.5, 0), (1, 0), (1, 0.5), (1, 1), (0, 0)],
            [(180, 0), (181 - 360, 0), (181 - 360, 1), (-180, 1), (-180, 0)],
            [(0, -85), (10, -85), (10, -75), (0, -85)],
        ]
        for ring in rings { #expect(zoneProblems([ring]) == [], "\(ring)") }
    }

    @Test("A hole lies within its border; it may touch it at a point")
    func holes() {
        func problem(_ hole: [(Double, Double)]) -> String? {
            let problems = zoneProblems([[(0, 0), (4, 0), (4, 4), (2, 1), (0, 4), (0, 0)], hole])
            #expect(problems.allSatisfy { $0.place == .ring(polygon: 0, ring: 1) })
            return problems.first?.message
        }
        #expect(problem([(1, 0.5), (3, 0.5), (2, 0.8), (1, 0.5)]) == nil)
        #expect(problem([(1, 0.5), (3, 0.5), (2, 1), (1, 0.5)]) == nil)
        #expect(problem([(8, 8), (9, 8), (9, 9), (8, 8)])?.contains("outside its polygon's border") == true)
        // Between the horns: within the box, and outside all the same.
        #expect(problem([(1.9, 3), (2.1, 3), (2, 3.5), (1.9, 3)])?.contains("outside its polygon's border") == true)
        #expect(problem([(1, 1), (5, 1), (3, 0.5), (1, 1)])?.contains("reaches beyond") == true)
        // All corners within, an edge across the gap between the horns.
        #expect(problem([(0.2, 3), (3.8, 3), (2, 0.5), (0.2, 3)])?.contains("reaches beyond") == true)
        #expect(problem([(1, 0.5), (3, 0.5), (2, 0.8), (1, 0.6)])?.contains("is not closed") == true)
    }

    @Test("All problems are told at once")
    func together() {
        let error = #expect(throws: ZoneError.self) {
            try Zone(
                id: " school",
                name: "\n",
                kind: .school,
                polygons: [
                    [positions(Self.square), positions([(0, 0)])], [],
                    [
                        positions([(0, 0), (1, 1), (1, 0), (0, 1), (0, 0)]),
                        positions([(0, 0), (1, 200), (1, 1), (0, 0)]),
                    ],
                ]
            )
        }
        #expect(
            error?.problems.map(\.place) == [
                .id, .name, .ring(polygon: 0, ring: 1), .polygon(1), .ring(polygon: 2, ring: 0),
                .position(polygon: 2, ring: 1, position: 1),
            ]
        )
    }

    @Test("No polygon, or too many positions, are refused")
    func shape() throws {
        func problems(_ polygons: [[[ZonePosition]]]) -> [ZoneProblem] {
            do {
                _ = try Zone(id: "a", name: "a", kind: .other, polygons: polygons)
                return []
            } catch {
                return error.problems
            }
        }
        #expect(problems([]).map(\.place) == [.shape])
        func comb(_ count: Int) -> [ZonePosition] {
            let teeth = (0..<count - 3).map { (Double($0) * 0.001, $0.isMultiple(of: 2) ? 1.0 : 2.0) }
            return positions([(0, 0)] + teeth + [(3, 0), (0, 0)])
        }
        #expect(comb(ZoneBounds.mostPositions).count == ZoneBounds.mostPositions)
        #expect(problems([[comb(ZoneBounds.mostPositions)]]) == [])
        let tooMany = problems([[comb(ZoneBounds.mostPositions + 1)]])
        #expect(tooMany.map(\.place) == [.shape])
        #expect(tooMany.first?.message.contains("has 2001 positions; allowed: at most 2000 in a zone") == true)
    }

    @Test(
        "Ids: letters of any script, digits, brackets and a few marks",
        arguments: [
            ("a", true), ("西彭小学", true), ("Škola č. 5", true), ("घर-1_b.c", true), ("0", true),
            (String(repeating: "村", count: 64), true), (String(repeating: "村", count: 65), false), ("", false),
            (" a", false), ("a ", false), (" ", false), ("a/b", false), ("a\"b", false), ("a\nb", false),
            ("a\u{200B}b", false), ("学校（东）", true), ("李·四 [2]", true), ("🏫", false), ("a,b", false), ("<a>", false),
        ]
    )
    func ids(id: String, isGood: Bool) {
        #expect(ZoneBounds.isID(id) == isGood)
    }

    @Test(
        "Names: anything that can be seen on one line",
        arguments: [
            ("学校（东）🏫", true), ("a / b", true), (String(repeating: "a", count: 128), true), ("", false),
            ("  ", false), (String(repeating: "a", count: 129), false), ("a\nb", false), ("a\u{0}", false),
            ("a\u{2028}b", false),
        ]
    )
    func names(name: String, isGood: Bool) {
        #expect(ZoneBounds.isName(name) == isGood)
    }
}
