import Testing

@testable import PatrolCore

@Suite("What gpsd says on its way into the cart")
struct GPSSourceTests {
    private func instant(_ milliseconds: Int64) -> Instant { Instant(millisecondsSinceBoot: milliseconds) }

    private func fix(at milliseconds: Int64) -> Fix {
        var fix = Fix(receivedAt: instant(milliseconds), mode: .threeDimensional)
        fix.latitude = 29.3
        fix.longitude = 106.3
        return fix
    }

    @Test("The fix is told before the restoration, with the satellites of its device; a second receiver's is not")
    func order() {
        var source = GPSSource(settings: .init())
        #expect(source.start(at: instant(0)) == [.stateChanged(.connecting), .connect])
        #expect(source.handle(.opened, at: instant(10)) == [.stateChanged(.silent)])
        _ = source.handle(.satellites(9, device: "/dev/a"), at: instant(20))
        var told = fix(at: 1000)
        let outputs = source.handle(.report(told, device: "/dev/a"), at: instant(1000))
        told.satellitesUsed = 9
        #expect(
            outputs == [
                .receivers(.init(used: "/dev/a")), .fix(told), .restored(after: .seconds(1)), .stateChanged(.tracking),
            ]
        )
        let other = source.handle(.report(fix(at: 1100), device: "/dev/b"), at: instant(1100))
        #expect(!other.contains { if case .fix = $0 { true } else { false } })
    }

    @Test("A connection that cannot be made is tried again; one that ends forgets the satellites")
    func retry() throws {
        var source = GPSSource(settings: .init())
        _ = source.start(at: instant(0))
        _ = source.handle(.openFailed(reason: "refused"), at: instant(1))
        let due = try #require(source.wakeAt)
        #expect(source.pass(at: due).contains(.connect))
        _ = source.handle(.opened, at: due)
        _ = source.handle(.satellites(9, device: "/dev/a"), at: due)
        _ = source.handle(.closed(reason: "end"), at: due)
        _ = source.pass(at: due + .seconds(5))
        _ = source.handle(.opened, at: due + .seconds(5))
        let told = source.handle(.report(fix(at: 9000), device: "/dev/a"), at: instant(9000))
        #expect(told.contains(.fix(fix(at: 9000))), "without satellites: \(told)")
    }

    @Test(
        "A report that comes after its connection was given up counts for nothing: it would end a silence and restore nothing"
    )
    func late() {
        var source = GPSSource(settings: .init())
        _ = source.start(at: instant(0))
        _ = source.handle(.opened, at: instant(10))
        _ = source.handle(.report(fix(at: 1000), device: "/dev/a"), at: instant(1000))
        #expect(source.pass(at: instant(6000)).contains(.lost(.noReports)))
        #expect(source.pass(at: instant(11_000)).contains(.disconnect))
        #expect(source.handle(.report(fix(at: 11_500), device: "/dev/a"), at: instant(11_500)).isEmpty)
        _ = source.pass(at: instant(12_000))
        _ = source.handle(.opened, at: instant(12_010))
        let outputs = source.handle(.report(fix(at: 13_000), device: "/dev/a"), at: instant(13_000))
        #expect(outputs.contains(.fix(fix(at: 13_000))))
        #expect(outputs.contains(.restored(after: .seconds(12))))
    }
}
