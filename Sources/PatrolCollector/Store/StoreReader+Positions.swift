import PatrolCore
import PatrolSQLite
import PatrolWire

extension StoreReader {
    /// The positions of a vehicle in a range of time, in the order of time, journal and sequence.
    ///
    /// They come from blocks, and from what an earlier version wrote until that has moved: both are read up to the place that
    /// neither of them can still be behind, and merged.
    /// - Parameter place: where the page before ended; `nil` for the first page.
    func positions(
        of vehicle: Int64,
        in range: TimeRange,
        after place: PagePlace?
    ) throws(SQLiteError) -> Page<HeldPosition> {
        // One state of the store for both: positions move from the one to the other.
        try database.execute("BEGIN")
        let result = Result { () throws(SQLiteError) in
            var page = try blockPage(vehicle, range, after: place ?? PagePlace(before: range.from))
            guard try database.integer("SELECT 1 FROM position LIMIT 1") != nil else { return page }
            let old = try oldPage(vehicle, range, after: place)
            page.merge(old)
            return page
        }
        try database.execute("COMMIT")
        return try result.get().page
    }

    static let blockPage = """
        SELECT \(BlockTable.columns), (SELECT uuid FROM journal WHERE id = block.journal),
            (SELECT utc_at_boot_ms FROM boot WHERE boot.journal = block.journal AND number = block.boot)
        FROM block WHERE vehicle = ?1 AND first_ms >= ?2 AND first_ms < ?3 AND last_ms >= ?4
        ORDER BY first_ms, journal, first_sequence
        """

    private func oldPage(
        _ vehicle: Int64,
        _ range: TimeRange,
        after place: PagePlace?
    ) throws(SQLiteError) -> PlacedPage {
        let statement = try database.statement(Self.oldPositionPage)
        var places: [PagePlace] = []
        let page = try page(statement, vehicle, range, after: place) { statement throws(SQLiteError) in
            let held = try PositionColumns.read(statement, from: 4)
            if held != nil {
                places.append(
                    PagePlace(
                        milliseconds: try statement.integer(0),
                        journal: try statement.integer(1),
                        sequence: try statement.integer(2)
                    )
                )
            }
            return held
        }
        return PlacedPage(page: page, places: places)
    }

    private func blockPage(
        _ vehicle: Int64,
        _ range: TimeRange,
        after place: PagePlace
    ) throws(SQLiteError) -> PlacedPage {
        let end = range.to?.millisecondsSince1970 ?? .max
        let statement = try database.statement(Self.blockPage)
        try statement.bind(vehicle, at: 1)
        try statement.bind(
            (WallTime(millisecondsSince1970: place.milliseconds) + (.zero - BlockCut.longestSpan))
                .millisecondsSince1970,
            at: 2
        )
        try statement.bind(end, at: 3)
        try statement.bind(place.milliseconds, at: 4)
        defer { statement.reset() }
        var collected = PlacedPage()
        while try statement.step() {
            guard let found = try Self.dated(statement) else {
                collected.page.unreadable += 1
                collected.page.damagedBlocks.append(try statement.integer(0))
                continue
            }
            let begin = PagePlace(
                milliseconds: found.stored.firstMilliseconds,
                journal: found.stored.journal,
                sequence: found.stored.first
            )
            if collected.places.count >= Self.pageSize, collected.cut(before: begin, atLeast: Self.pageSize) {
                return collected
            }
            let journal = try statement.text(13)
            for index in 0..<found.dated.block.count {
                let held = found.dated.held(at: index)
                let sequence = found.dated.block.sequences[index]
                let own = PagePlace(
                    milliseconds: held.time.time.millisecondsSince1970,
                    journal: found.stored.journal,
                    sequence: sequence
                )
                guard own > place, own.milliseconds < end else { continue }
                collected.append(Paged(journal: journal, sequence: sequence, record: held), at: own)
            }
        }
        collected.sort()
        return collected
    }

    private static func dated(
        _ statement: Statement
    ) throws(SQLiteError) -> (stored: StoredBlock, dated: DatedBlock)? {
        do throws(SQLiteError) {
            guard let stored = try BlockTable.read(statement), let open = BlockTable.open(stored) else { return nil }
            let dated = DatedBlock(
                block: open,
                utcAtBoot: try statement.optionalInteger(14).map(WallTime.init(millisecondsSince1970:)),
                arrival: WallTime(millisecondsSince1970: stored.arrivalMilliseconds)
            )
            return (stored, dated)
        } catch {
            guard error.isMismatch else { throw error }
            return nil
        }
    }
}

/// A page with the place of each record.
private struct PlacedPage {
    var page = Page<HeldPosition>(records: [])
    var places: [PagePlace] = []
    private var isSorted = true

    init() {}

    init(page: Page<HeldPosition>, places: [PagePlace]) {
        self.page = page
        self.places = places
    }

    mutating func append(_ record: Paged<HeldPosition>, at place: PagePlace) {
        if let last = places.last, place < last { isSorted = false }
        page.records.append(record)
        places.append(place)
    }

    mutating func sort() {
        guard !isSorted else { return }
        let order = places.indices.sorted { places[$0] < places[$1] }
        page.records = order.map { page.records[$0] }
        places = order.map { places[$0] }
        isSorted = true
    }

    /// Ends the page with what lies before a place, if that is enough.
    mutating func cut(before place: PagePlace, atLeast count: Int) -> Bool {
        sort()
        let ready = places.firstIndex { $0 >= place } ?? places.count
        guard ready >= count else { return false }
        end(at: ready)
        return true
    }

    private mutating func end(at count: Int) {
        page.records.removeLast(page.records.count - count)
        places.removeLast(places.count - count)
        page.end = places.last
    }

    /// Adds another source's page. Of both only what lies before either one's end is sure to be complete.
    mutating func merge(_ other: PlacedPage) {
        let ends = [page.end, other.page.end].compactMap { $0 }
        for (record, place) in zip(other.page.records, other.places) { append(record, at: place) }
        page.unreadable += other.page.unreadable
        sort()
        guard let end = ends.min() else { return }
        self.end(at: places.firstIndex { $0 > end } ?? places.count)
        page.end = end
    }
}
