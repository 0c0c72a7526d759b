import PatrolCore
import PatrolSQLite
import PatrolWire

/// What the store holds of a vehicle, in figures.
struct VehicleSummary: Hashable, Sendable {
    var name: String
    /// When a batch of it was stored last.
    var heard: WallTime
    /// In the order in which they were heard of.
    var journals: [JournalSummary]
    var latest: HeldPosition?
}

/// What the store holds of a journal, in figures.
struct JournalSummary: Hashable, Sendable {
    var id: String
    var epoch: JournalState.Epoch
    var events: LaneSummary
    var positions: LaneSummary
    /// Records that came more than once.
    var repeated: Int64
    /// Records that came under a number that another one has.
    var conflicting: Int64
    /// The last time that this happened.
    var conflict: JournalState.Conflict?
    /// The last time that the journal came back older than it was.
    var rolledBack: WallTime?

    /// One lane of it.
    struct LaneSummary: Hashable, Sendable {
        /// How many are held.
        var held: Int64
        /// The highest number.
        var last: Int64
        /// Every number up to this one is held or explained.
        var complete: Int64
        /// How many numbers below the highest are neither held nor explained.
        var missing: Int64 = 0
        /// The first of the gaps that the cart is asked for.
        var gaps: [ClosedRange<Int64>] = []
        /// How many the cart says it never sends.
        var absent: Int64 = 0
        /// The first of what it says of them.
        var absences: [LaneAccount.Absent] = []
        /// How many were removed here for their age.
        var expired: Int64 = 0
    }
}

extension StoreReader {
    /// So many ranges of a lane are listed.
    private static let listedRanges = 100

    /// Every vehicle, in the order of the names.
    func vehicles() throws(SQLiteError) -> [VehicleSummary] {
        let statement = try database.statement("SELECT id, name, heard_ms FROM vehicle ORDER BY name")
        var rows: [(id: Int64, name: String, heard: Int64)] = []
        while try statement.step() {
            rows.append((try statement.integer(0), try statement.text(1), try statement.integer(2)))
        }
        statement.reset()
        var vehicles: [VehicleSummary] = []
        for row in rows {
            let journals = try journals(of: row.id)
            let heard = journals.map(\.heard.millisecondsSince1970).reduce(row.heard, max)
            var summary = VehicleSummary(
                name: row.name,
                heard: WallTime(millisecondsSince1970: heard),
                journals: [],
                latest: try latest(journals)
            )
            for journal in journals { summary.journals.append(try self.summary(journal)) }
            vehicles.append(summary)
        }
        return vehicles
    }

    private func journals(of vehicle: Int64) throws(SQLiteError) -> [JournalState] {
        let statement = try database.statement(
            "SELECT \(JournalState.columns) FROM journal WHERE vehicle = ?1 ORDER BY id"
        )
        try statement.bind(vehicle, at: 1)
        defer { statement.reset() }
        var journals: [JournalState] = []
        while try statement.step() { journals.append(try JournalState(statement)) }
        return journals
    }

    private func latest(_ journals: [JournalState]) throws(SQLiteError) -> HeldPosition? {
        var newest: (place: LatestPlace, held: HeldPosition)?
        for journal in journals {
            guard let block = journal.latest else { continue }
            let utc = try BootClocks(database: database, journal: journal.id).utc(at: block.boot)
            guard let place = journal.latestPlace(utcAtBoot: utc) else { continue }
            if let newest, !place.isNewer(than: newest.place) { continue }
            let dated = DatedBlock(block: block, utcAtBoot: utc, arrival: journal.latestArrival)
            newest = (place, dated.held(at: 0))
        }
        return newest?.held
    }

    private func summary(_ journal: JournalState) throws(SQLiteError) -> JournalSummary {
        JournalSummary(
            id: journal.uuid,
            epoch: journal.epoch,
            events: try lane(.events, of: journal),
            positions: try lane(.positions, of: journal),
            repeated: journal.repeated,
            conflicting: journal.conflicting,
            conflict: journal.conflict,
            rolledBack: journal.rolledBack
        )
    }

    private func lane(_ lane: Lane, of journal: JournalState) throws(SQLiteError) -> JournalSummary.LaneSummary {
        let state = journal.lanes[lane]
        let account = LaneAccount(database: database, journal: journal.id, lane: lane)
        var summary = JournalSummary.LaneSummary(held: state.held, last: state.last, complete: state.known)
        summary.gaps = try account.gaps(atMost: Self.listedRanges)
        if let first = summary.gaps.first { summary.complete = first.lowerBound - 1 }
        let absences = try account.absent(overlapping: 1...Int64.max)
        summary.absent = absences.reduce(0) { $0 + $1.explains }
        summary.absences = Array(absences.prefix(Self.listedRanges))
        summary.expired =
            try LaneAccount(database: database, journal: journal.id, expired: lane).one().map(\.count) ?? 0
        // An earlier cart passes numbers over without a word: they are no gaps, and missing all the same.
        summary.missing = max(0, state.known - (state.first - 1) - state.held - summary.absent - summary.expired)
        return summary
    }
}
