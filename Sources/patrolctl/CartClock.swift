import ArgumentParser
import PatrolAPI
import PatrolCore

/// The cart's calendar and clock, as the daemon tells them: people read and type local times, the socket has UTC.
struct CartClock: Sendable {
    let zone: CivilZone
    /// Why nobody knows the zone; times are in UTC then.
    let problem: String?
    /// UTC now; `nil` while the cart does not trust it.
    let now: WallTime?

    init(_ report: TimeZoneReport) {
        zone = report.zone
        problem = report.problem
        now = report.time.flatMap { WallTime(iso8601: $0) }
    }

    private init(problem: String) {
        (zone, self.problem, now) = (.unknown, problem, nil)
    }

    /// Asks the daemon. One of an earlier version does not know the question; then times are in UTC.
    static func ask(_ client: ControlClient) async throws -> CartClock {
        do {
            return CartClock(try await client.get(TimeZoneReport.self, .timeZone))
        } catch ControlClient.Failure.unexpectedAnswer {
            return CartClock(problem: "the daemon is of an earlier version and does not tell its time zone")
        }
    }

    /// `2026-11-25 21:00:03 +08:00`, for a time of a report.
    func text(_ utc: String) -> String {
        WallTime(iso8601: utc).map(zone.text) ?? VisibleText.of(utc)
    }

    /// Words in which times may stand.
    func localised(_ words: String) -> String {
        words.replacing(/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z/) {
            text(String($0.output.0))
        }
    }

    /// ` (Asia/Shanghai)`, to stand behind a time.
    var zoneMark: String { zone.isKnown ? " (\(VisibleText.of(zone.name)))" : "" }

    /// A line for people if nobody knows the zone; otherwise none.
    var problemLines: [String] {
        guard !zone.isKnown else { return [] }
        return [
            StatusText.row("time zone", "UNKNOWN, times are in UTC: \(VisibleText.of(problem ?? "no reason is given"))")
        ]
    }

    /// What a person typed, as the socket takes it.
    /// - Throws: with the option, the value and what is allowed.
    func read(
        _ option: String,
        _ text: String,
        alone: LocalTimeText.Alone,
        twice: LocalTimeText.Twice
    ) throws -> String {
        guard let time = LocalTimeText.read(text, in: zone, now: now, alone: alone, twice: twice) else {
            let shown = VisibleText.of(String(text.prefix(100)))
            let isLocal = LocalTimeText.read(
                text,
                in: .fixed(secondsEastOfUTC: 0),
                now: .zero,
                alone: alone,
                twice: twice
            )
            switch (isLocal, zone.isKnown) {
            case (nil, _):
                throw ValidationError("\(option) is \"\(shown)\"; allowed: \(LocalTimeText.allowed)")
            case (_, false):
                throw ValidationError(
                    "\(option) is \"\(shown)\", but the cart's time zone is unknown; allowed: a time with its offset, such "
                        + "as 2026-11-25T21:00:00+08:00"
                )
            case (_, true):
                throw ValidationError(
                    "\(option) is \"\(shown)\", but the cart does not know what time it is; allowed: a date with it"
                )
            }
        }
        return time.description
    }
}

extension WallTime {
    /// Any time, where only the form of a text matters.
    fileprivate static let zero = WallTime(millisecondsSince1970: 0)
}

extension CommonOptions {
    /// Asks with the cart's clock at hand; what is refused is told in its times.
    func askAtCart<Result: Sendable>(_ body: (ControlClient, CartClock) async throws -> Result) async throws -> Result {
        try await ask { client in
            let clock = try await CartClock.ask(client)
            do {
                return try await body(client, clock)
            } catch ControlClient.Failure.refused(var refusal) {
                refusal.message = clock.localised(refusal.message)
                refusal.hint = refusal.hint.map(clock.localised)
                throw ControlClient.Failure.refused(refusal)
            }
        }
    }
}

/// A time range on the command line.
struct TimeRangeOptions: ParsableArguments {
    @Option(
        help: """
            From this time on: the cart's local time (2026-11-25 is its midnight, "2026-11-25 21:00", 21:00 is that of \
            today), or RFC 3339 with an offset.
            """
    )
    var from: String?

    @Option(help: "Up to, but not including, this time; in the same forms.")
    var to: String?

    /// As the socket takes it. An hour that is shown twice is inside, whole.
    func query(_ clock: CartClock) throws -> [(name: String, value: String?)] {
        [
            ("from", try from.map { try clock.read("--from", $0, alone: .today, twice: .earlier) }),
            ("to", try to.map { try clock.read("--to", $0, alone: .today, twice: .later) }),
        ]
    }
}
