import HTTPTypes
import HummingbirdCore
import NIOCore
import PatrolAPI
public import PatrolConfiguration
public import PatrolCore
import PatrolHTTPServer
public import PatrolJournal
import PatrolSystem
import PatrolWire

/// What the socket answers to which path.
public struct ControlRoutes: Sendable {
    let reporter: StatusReporter
    let commands: CommandHandler
    let retry: RetryHandler
    let stream: StreamHub

    private var journal: Journal { reporter.journal }

    /// - Parameters:
    ///   - loudspeaker: `nil` for a cart without one.
    ///   - startedAt: when the daemon started.
    public init(
        configuration: Configuration,
        zone: VehicleZone,
        cart: any CartAccess,
        loudspeaker: (any LoudspeakerAccess)?,
        uploads: any UploadAccess,
        journal: Journal,
        stream: StreamHub,
        reload: ReloadOutcome,
        clocks: Clocks,
        startedAt: Instant
    ) {
        reporter = StatusReporter(
            configuration: configuration,
            cart: cart,
            uploads: uploads,
            journal: journal,
            clocks: clocks,
            startedAt: startedAt,
            loudspeaker: loudspeaker,
            zone: zone,
            reload: reload
        )
        commands = CommandHandler(cart: cart, loudspeaker: loudspeaker)
        retry = RetryHandler(uploads: uploads)
        self.stream = stream
    }

    func table() -> Routes {
        var table = Routes()
        func get(
            _ path: APIPath,
            queries: [String] = [],
            _ answer: @escaping @Sendable (Request) async throws -> Response
        ) {
            table.on(.get, path.rawValue) { request, _, connection in
                try Callers.require(path == .health ? .health : .read, of: connection.peer)
                try QueryNames.check(request.uri, allowed: queries)
                return try await answer(request)
            }
        }
        get(.health) { _ in try Self.json(try await reporter.health()) }
        get(.status) { _ in try Self.json(try await reporter.status()) }
        get(.position) { _ in
            guard let position = reporter.position(try await reporter.look()) else {
                throw RequestError(
                    .notFound,
                    "no position is known yet",
                    hint: "see /v1/health for the reason"
                )
            }
            return try Self.json(position)
        }
        get(.queue) { _ in try Self.json(try await reporter.queue()) }
        get(.announcements) { _ in
            guard let report = try await reporter.announcements() else { throw RequestError.noLoudspeaker }
            return try Self.json(report)
        }
        get(.plan, queries: ["date"]) { request in
            let date = request.uri.queryParameters["date"].map(String.init)
            guard let report = try await reporter.plan(on: date) else { throw RequestError.noLoudspeaker }
            return try Self.json(report)
        }
        get(.clips) { _ in
            guard let report = try await reporter.clipsReport() else { throw RequestError.noLoudspeaker }
            return try Self.json(report)
        }
        get(.duty) { _ in try Self.json(try await reporter.duty()) }
        get(.zones) { _ in try Self.json(try await reporter.zones()) }
        get(.timeZone) { _ in try Self.json(try await reporter.timeZone()) }
        get(.records, queries: HistoryParameters.known) { request in
            try await records(try HistoryParameters(Self.pairs(request)))
        }
        get(.track, queries: HistoryParameters.known) { request in track(try HistoryParameters(Self.pairs(request))) }
        get(.stream) { _ in lines() }
        get(.metrics) { _ in
            let metrics = CartMetrics(
                status: try await reporter.status(),
                health: try await reporter.health(),
                queue: try await reporter.queue(),
                process: .current()
            )
            return Response(
                status: .ok,
                headers: [.contentType: MetricsText.contentType],
                body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.text))
            )
        }
        CommandRoutes(reporter: reporter, commands: commands, retry: retry).add(to: &table)
        return table
    }

    private func records(_ parameters: HistoryParameters) async throws -> Response {
        var query = HistoryQuery(
            from: parameters.from,
            to: parameters.to,
            kinds: parameters.kinds,
            after: parameters.after.map(SequenceNumber.init(rawValue:)),
            limit: parameters.limit
        )
        if let last = parameters.last {
            query.order = .newestFirst
            query.limit = last
        }
        switch parameters.lane {
        case .events:
            let events = try await journal.events(query)
            let page = query.order == .newestFirst ? events.reversed() : events
            var report = RecordPage(
                positions: nil,
                events: page.map(EventJSON.init),
                nextAfter: Self.nextAfter(events, query)
            )
            report.timeZone = reporter.zone.name
            return try Self.json(report)
        case .positions:
            let positions = try await journal.positions(query)
            let page = query.order == .newestFirst ? positions.reversed() : positions
            return positionPage(page, nextAfter: Self.nextAfter(positions, query))
        }
    }

    /// As ``PatrolAPI/RecordPage`` says it.
    private func positionPage(_ positions: [Dated<Position>], nextAfter: Int64?) -> Response {
        var json = JSONWriter(capacity: positions.count * 300)
        json.object { json in
            json.member("next_after", nextAfter)
            json.key("positions")
            json.array { json in
                for position in positions {
                    json.position(
                        position.recorded,
                        time: position.effectiveTime,
                        isCorrected: position.isCorrected
                    )
                }
            }
            json.member("time_zone", reporter.zone.name)
        }
        return Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes))
        )
    }

    /// A full page has a next one; `last` asks for one page only.
    private static func nextAfter<Record>(_ records: [Dated<Record>], _ query: HistoryQuery) -> Int64? {
        guard query.order == .oldestFirst, records.count == query.limit else { return nil }
        return records.last?.recorded.sequence.rawValue
    }

    private func track(_ parameters: HistoryParameters) -> Response {
        let journal = journal
        let body = ResponseBody { writer in
            var track = TrackWriter(format: parameters.format)
            try await writer.write(ByteBuffer(string: track.head))
            var query = HistoryQuery(from: parameters.from, to: parameters.to, limit: HistoryQuery.maximumLimit)
            while true {
                let page = try await journal.positions(query)
                if !page.isEmpty { try await writer.write(ByteBuffer(bytes: track.part(page))) }
                guard page.count == query.limit, let last = page.last else { break }
                query.after = last.recorded.sequence
            }
            try await writer.write(ByteBuffer(string: track.tail))
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: parameters.format.contentType], body: body)
    }

    private func lines() -> Response {
        let body = ResponseBody { [reporter, stream] writer in
            // Subscribed before the status is read, so that nothing falls between the two.
            let reader = stream.subscribe()
            defer { stream.unsubscribe(reader) }
            try await writer.write(try Self.line(StreamItem(status: try await reporter.status())))
            while let items = await reader.next() {
                try await writer.write(contentsOf: try items.map(Self.line))
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/x-ndjson"], body: body)
    }

    private static func line(_ item: StreamItem) throws -> ByteBuffer {
        ByteBuffer(bytes: try APICoding.encode(item) + [UInt8(ascii: "\n")])
    }

    static func json(_ report: some Encodable) throws -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try APICoding.encode(report)))
        )
    }

    private static func pairs(_ request: Request) -> [(String, String)] {
        request.uri.queryParameters.map { (String($0.key), String($0.value)) }
    }
}
