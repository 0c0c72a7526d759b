import PatrolCore
import PatrolSQLite

/// What of a lane's numbers neither came nor was explained, and what was explained.
struct LaneAccount {
    let database: Database
    /// The store's number of the journal.
    let journal: Int64
    /// The store's number of the lane, or of its receipts for what was removed here.
    private let number: Int64

    /// Of what a cart sends and tells.
    init(database: Database, journal: Int64, lane: Lane) {
        (self.database, self.journal, number) = (database, journal, lane.number)
    }

    /// Of what was removed here for its age: one range for each lane.
    init(database: Database, journal: Int64, expired lane: Lane) {
        (self.database, self.journal, number) = (database, journal, lane.expiredNumber)
    }

    static let expiredReason = "expired"

    /// The numbers between what was known and what came now, less what is explained.
    /// - Parameters:
    ///   - known: the highest number that came or was explained before.
    ///   - arrived: what came now, in its order.
    ///   - explained: in order and apart.
    static func holes(
        after known: Int64,
        _ arrived: [ClosedRange<Int64>],
        explained: [ClosedRange<Int64>]
    ) -> [ClosedRange<Int64>] {
        var holes: [ClosedRange<Int64>] = []
        var end = known
        var next = 0
        for range in arrived where range.upperBound > end {
            if range.lowerBound > end + 1 {
                let hole = end + 1...range.lowerBound - 1
                while next < explained.count, explained[next].upperBound < hole.lowerBound { next += 1 }
                holes += subtract(explained[next...], from: hole)
            }
            end = range.upperBound
        }
        return holes
    }

    /// What is left of a range without some others, which are in order and apart.
    static func subtract(
        _ others: ArraySlice<ClosedRange<Int64>>,
        from range: ClosedRange<Int64>
    ) -> [ClosedRange<Int64>] {
        var rest: [ClosedRange<Int64>] = []
        var first = range.lowerBound
        for other in others {
            guard other.lowerBound <= range.upperBound else { break }
            if other.upperBound < first { continue }
            if first < other.lowerBound { rest.append(first...other.lowerBound - 1) }
            guard other.upperBound < range.upperBound else { return rest }
            first = other.upperBound + 1
        }
        rest.append(first...range.upperBound)
        return rest
    }

    // MARK: Gaps

    /// The gaps in their order.
    func gaps(atMost count: Int) throws(SQLiteError) -> [ClosedRange<Int64>] {
        let statement = try database.statement(
            """
            SELECT first_sequence, last_sequence FROM gap WHERE journal = ?1 AND lane = ?2 ORDER BY first_sequence LIMIT ?3
            """
        )
        try bind(statement)
        try statement.bind(Int64(count), at: 3)
        return try ranges(statement)
    }

    func open(_ gaps: [ClosedRange<Int64>]) throws(SQLiteError) {
        let statement = try database.statement(
            "INSERT OR REPLACE INTO gap (journal, lane, first_sequence, last_sequence) VALUES (?1, ?2, ?3, ?4)"
        )
        for gap in gaps {
            statement.reset()
            try bind(statement)
            try statement.bind(gap.lowerBound, at: 3)
            try statement.bind(gap.upperBound, at: 4)
            try statement.run()
        }
    }

    /// Takes a range out of the gaps.
    func close(_ range: ClosedRange<Int64>) throws(SQLiteError) {
        for gap in try gaps(overlapping: range) {
            let statement = try database.statement(
                "DELETE FROM gap WHERE journal = ?1 AND lane = ?2 AND first_sequence = ?3"
            )
            try bind(statement)
            try statement.bind(gap.lowerBound, at: 3)
            try statement.run()
            try open(Self.subtract([range], from: gap))
        }
    }

    private func gaps(overlapping range: ClosedRange<Int64>) throws(SQLiteError) -> [ClosedRange<Int64>] {
        let statement = try database.statement(
            """
            SELECT first_sequence, last_sequence FROM gap
            WHERE journal = ?1 AND lane = ?2 AND first_sequence <= ?3 ORDER BY first_sequence DESC
            """
        )
        try bind(statement)
        try statement.bind(range.upperBound, at: 3)
        return try ranges(statement, whileEndingAt: range.lowerBound)
    }

    // MARK: What is explained

    /// One row of what was explained.
    struct Absent: Hashable, Sendable {
        var range: ClosedRange<Int64>
        /// How many are absent, as the cart said.
        var count: Int64
        /// How many records of the range are held all the same.
        var held: Int64
        var reason: String
        var times: ClosedRange<Int64>?
        var told: WallTime

        var length: Int64 { range.upperBound - range.lowerBound + 1 }
        /// How many numbers it explains.
        var explains: Int64 { max(0, min(count, length - held)) }

        func checksum(_ journal: Int64, _ lane: Int64) -> Int64 {
            var crc = CRC32C()
            for number in [
                journal, lane, range.lowerBound, range.upperBound, count, held, times?.lowerBound ?? .min,
                times?.upperBound ?? .min, told.millisecondsSince1970,
            ] {
                crc.update(number)
            }
            for byte in reason.utf8 { crc.update(byte) }
            return Int64(crc.value)
        }
    }

    /// Keeps what was told; what it says of numbers that were explained before wins.
    func explain(_ new: Absent) throws(SQLiteError) {
        let before = try absent(overlapping: new.range)
        if before.count == 1, before[0].range == new.range, before[0].count == new.count,
            before[0].reason == new.reason,
            before[0].held == new.held
        {
            return
        }
        for old in before {
            try remove(old)
            for part in Self.subtract([new.range], from: old.range) {
                var rest = old
                rest.range = part
                // As many as their share: of a thinned range nobody knows which ones are there.
                rest.count = max(1, Int64(Double(old.count) * Double(rest.length) / Double(old.length)))
                rest.held = min(old.held, rest.length - min(rest.count, rest.length))
                try insert(rest)
            }
        }
        try insert(new)
    }

    /// Counts records that came although they were explained.
    func arrived(_ range: ClosedRange<Int64>) throws(SQLiteError) {
        for old in try absent(overlapping: range) {
            var counted = old
            counted.held +=
                min(range.upperBound, old.range.upperBound) - max(range.lowerBound, old.range.lowerBound) + 1
            try remove(old)
            try insert(counted)
        }
    }

    /// Adds to the one range.
    func extend(_ more: [Absent]) throws(SQLiteError) {
        for new in more {
            guard let old = try one() else {
                try insert(new)
                continue
            }
            var all = old
            all.range =
                min(old.range.lowerBound, new.range.lowerBound)...max(old.range.upperBound, new.range.upperBound)
            all.count += new.count
            if let first = old.times, let second = new.times {
                all.times = min(first.lowerBound, second.lowerBound)...max(first.upperBound, second.upperBound)
            }
            all.told = new.told
            try remove(old)
            try insert(all)
        }
    }

    /// The one range, if there is any.
    func one() throws(SQLiteError) -> Absent? { try absent(overlapping: Int64.min...Int64.max).first }

    func absent(overlapping range: ClosedRange<Int64>) throws(SQLiteError) -> [Absent] {
        let statement = try database.statement(
            """
            SELECT \(Self.absentColumns) FROM absent WHERE journal = ?1 AND lane = ?2 AND first_sequence <= ?3
            ORDER BY first_sequence DESC
            """
        )
        try bind(statement)
        try statement.bind(range.upperBound, at: 3)
        defer { statement.reset() }
        var found: [Absent] = []
        while try statement.step() {
            guard let absent = try Self.absent(statement), absent.range.upperBound >= range.lowerBound else { break }
            found.append(absent)
        }
        return found.reversed()
    }

    static let absentColumns = "first_sequence, last_sequence, count, held, reason, first_ms, last_ms, told_ms"

    /// - Returns: `nil` for a row that cannot be.
    static func absent(_ statement: Statement) throws(SQLiteError) -> Absent? {
        let (first, last) = (try statement.integer(0), try statement.integer(1))
        guard first <= last else { return nil }
        var absent = Absent(
            range: first...last,
            count: try statement.integer(2),
            held: try statement.integer(3),
            reason: try statement.text(4),
            told: WallTime(millisecondsSince1970: try statement.integer(7))
        )
        if let from = try statement.optionalInteger(5), let to = try statement.optionalInteger(6), from <= to {
            absent.times = from...to
        }
        return absent
    }

    private func insert(_ absent: Absent) throws(SQLiteError) {
        let statement = try database.statement(
            """
            INSERT OR REPLACE INTO absent (journal, lane, \(Self.absentColumns), crc)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """
        )
        try bind(statement)
        try statement.bind(absent.range.lowerBound, at: 3)
        try statement.bind(absent.range.upperBound, at: 4)
        try statement.bind(absent.count, at: 5)
        try statement.bind(absent.held, at: 6)
        try statement.bind(absent.reason, at: 7)
        try statement.bind(absent.times?.lowerBound, at: 8)
        try statement.bind(absent.times?.upperBound, at: 9)
        try statement.bind(absent.told.millisecondsSince1970, at: 10)
        try statement.bind(absent.checksum(journal, number), at: 11)
        try statement.run()
    }

    private func remove(_ absent: Absent) throws(SQLiteError) {
        let statement = try database.statement(
            "DELETE FROM absent WHERE journal = ?1 AND lane = ?2 AND first_sequence = ?3"
        )
        try bind(statement)
        try statement.bind(absent.range.lowerBound, at: 3)
        try statement.run()
    }

    private func bind(_ statement: Statement) throws(SQLiteError) {
        try statement.bind(journal, at: 1)
        try statement.bind(number, at: 2)
    }

    private func ranges(
        _ statement: Statement,
        whileEndingAt least: Int64 = .min
    ) throws(SQLiteError) -> [ClosedRange<Int64>] {
        defer { statement.reset() }
        var ranges: [ClosedRange<Int64>] = []
        while try statement.step() {
            let (first, last) = (try statement.integer(0), try statement.integer(1))
            guard first <= last, last >= least else { break }
            ranges.append(first...last)
        }
        return ranges
    }
}
