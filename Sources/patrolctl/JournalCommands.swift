public import ArgumentParser
public import PatrolAPI
public import PatrolCore

/// What the journal holds.
struct RecordsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "records",
        abstract: "What the journal holds, by time and kind."
    )

    @OptionGroup var options: CommonOptions
    @OptionGroup var range: TimeRangeOptions

    @Option(help: "events or positions.")
    var lane = Lane.events

    @Option(
        help: "Only events of this kind, such as gps.lost; may be given several times.",
        completion: .list(EventName.allCases.map(\.rawValue))
    )
    var kind: [String] = []

    @Option(help: "At most so many, the newest ones. Without it: all.")
    var last: Int?

    func validate() throws {
        if let last, !(1...APIPath.maximumPageSize).contains(last) {
            throw ValidationError("--last is \(last); allowed: 1 to \(APIPath.maximumPageSize)")
        }
        if !kind.isEmpty, lane == .positions {
            throw ValidationError("--kind is for events; positions have no kind")
        }
    }

    func run() async throws {
        try await options.askAtCart { client, clock in
            let times = try range.query(clock)
            var after: Int64?
            repeat {
                let page = try await client.get(
                    RecordPage.self,
                    .records,
                    query: times + [
                        ("lane", lane.rawValue), ("kind", kind.isEmpty ? nil : kind.joined(separator: ",")),
                        ("last", last.map(String.init)), ("after", after.map(String.init)),
                    ]
                )
                try print(page, clock)
                after = page.nextAfter
            } while after != nil
        }
    }

    private func print(_ page: RecordPage, _ clock: CartClock) throws {
        let (events, positions) = (page.events ?? [], page.positions ?? [])
        // A week is half a million lines: a call of the kernel for each page, not for each line.
        if options.json {
            Output.json(try events.map(APICoding.line) + positions.map(APICoding.line))
        } else {
            Output.print(
                events.map { StatusText.line($0, clock) } + positions.map { StatusText.line($0, clock) }
            )
        }
    }
}

/// Where the cart was.
struct TrackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "track",
        abstract: "Where the cart was, as GeoJSON or GPX, to standard output."
    )

    @OptionGroup var options: CommonOptions
    @OptionGroup var range: TimeRangeOptions

    @Option(help: "geojson or gpx.")
    var format = TrackFormat.geojson

    func validate() throws {
        if options.json, format == .gpx { throw ValidationError("--json and --format gpx contradict each other") }
    }

    func run() async throws {
        try await options.askAtCart { client, clock in
            try await client.parts(.track, query: try range.query(clock) + [("format", format.rawValue)], Output.raw)
        }
    }
}

extension Lane: ExpressibleByArgument {}
extension TrackFormat: ExpressibleByArgument {}
