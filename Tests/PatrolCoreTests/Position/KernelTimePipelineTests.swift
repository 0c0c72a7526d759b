import PatrolCore
import Testing

@Suite("The way of the kernel's time through the policies")
struct KernelTimePipelineTests {
    private let drive = Drive()

    private func pipeline() throws -> PositionPipeline {
        PositionPipeline(settings: .init(buildDate: try utc("2026-11-20")), odometerMetres: 0)
    }

    /// The kernel's time `seconds` after the drive's first fix, wrong by `ahead`.
    private func kernel(_ seconds: Double, ahead: Double = 0, isSynchronised: Bool = true) throws -> KernelTime {
        let after = Duration.milliseconds(Int64(seconds * 1000))
        return KernelTime(
            time: try #require(drive.began) + after + .milliseconds(Int64(ahead * 1000)),
            at: drive.boot + after,
            isSynchronised: isSynchronised,
            maximumError: .milliseconds(20)
        )
    }

    @Test("NTP's word is an event with its time, and the boot's clock")
    func trusted() throws {
        var pipeline = try pipeline()
        let outcome = pipeline.handle(try kernel(5))
        let event = try #require(outcome.events.first)
        #expect(outcome.events.count == 1)
        #expect(event.kind == .clockTrusted(source: .ntp, uncertaintyMilliseconds: 500))
        #expect(event.at == drive.boot + .seconds(5))
        #expect(event.time == drive.began.map { $0 + .seconds(5) })
        #expect(event.coordinate == nil)
        #expect(outcome.clockOffset?.source == .ntp)
        #expect(pipeline.clock.wallTime(at: drive.boot) == drive.began)
        let second = pipeline.handle(try kernel(69))
        #expect(second.events.isEmpty && second.clockOffset == nil, "nothing new")
    }

    @Test("A system clock before the build date gives nothing, held or not", arguments: [true, false])
    func implausible(isSynchronised: Bool) throws {
        var pipeline = try pipeline()
        let outcome = pipeline.handle(try kernel(5, ahead: -5 * 86_400, isSynchronised: isSynchronised))
        #expect(outcome.events.isEmpty && outcome.clockOffset == nil)
        #expect(
            pipeline.clock.state(at: drive.boot) == .untrusted(isSynchronised ? .implausibleReading : .noReading)
        )
    }

    @Test("A step of the system's clock is an event with the place, and no offset")
    func systemStep() throws {
        var pipeline = try pipeline()
        for second in 0...5 { _ = pipeline.handle(drive.fix(Double(second))) }
        _ = pipeline.handle(try kernel(6, isSynchronised: false))
        let outcome = pipeline.handle(try kernel(7, ahead: -3600, isSynchronised: false))
        #expect(outcome.events.map(\.kind) == [.clockStepped(byMilliseconds: -3_600_000, source: .system)])
        #expect(outcome.clockOffset == nil)
        #expect(outcome.events.first?.time == drive.began.map { $0 + .milliseconds(7750) })
        #expect(try outcome.events.first?.coordinate == drive.coordinate())
    }

    @Test("A disagreement is an event whichever source speaks second, and the boot learns how much is in doubt")
    func disagreement() throws {
        // The receiver without delay is ahead by half the bound.
        let expected = EventKind.clockDisagreement(byMilliseconds: 10_799_250, uncertaintyMilliseconds: 10_799_750)
        var ntpLast = try pipeline()
        for second in 0...5 { _ = ntpLast.handle(drive.fix(Double(second))) }
        let outcome = ntpLast.handle(try kernel(5, ahead: 10_800))
        #expect(outcome.events.map(\.kind) == [expected])
        #expect(outcome.clockOffset?.source == .gps)
        #expect(outcome.clockOffset?.uncertaintyMilliseconds == 10_799_750)

        var gpsLast = try pipeline()
        _ = gpsLast.handle(try kernel(0, ahead: 10_800))
        let outcomes = (0...5).map { gpsLast.handle(drive.fix(Double($0))) }
        #expect(outcomes.flatMap(\.events).map(\.kind) == [expected])
        #expect(outcomes.compactMap(\.clockOffset).map(\.source) == [.ntp, .gps], "in doubt from the first fix on")
    }

    @Test("A disagreement has a name and details of its own")
    func eventKind() {
        let kind = EventKind.clockDisagreement(byMilliseconds: -10_800_000, uncertaintyMilliseconds: 10_800_500)
        #expect(kind.name == "clock.disagreement")
        #expect(kind.details == ["by_ms": .integer(-10_800_000), "uncertainty_ms": .integer(10_800_500)])
    }
}
