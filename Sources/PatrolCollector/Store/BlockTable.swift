import PatrolCore
import PatrolSQLite
import PatrolWire

/// The table of blocks. The ranges of a journal's blocks are disjoint, so that those that overlap a range lie side by side.
struct BlockTable {
    let database: Database

    /// A row without its bytes, as the index has it.
    struct Place: Hashable {
        var id: Int64
        var range: ClosedRange<Int64>
        var count: Int64

        var isContiguous: Bool { range.upperBound - range.lowerBound == count - 1 }
    }

    /// What a row turned out to be.
    enum Finding {
        case sound(StoredBlock, OpenBlock)
        /// It is not what was written.
        case damaged
    }

    static let columns = """
        id, journal, vehicle, first_sequence, last_sequence, count, boot, first_ms, last_ms, arrival_ms, undated, bytes, crc
        """

    /// Also checks, for whoever reads the columns in this order.
    static func read(_ statement: Statement, from first: Int32 = 0) throws(SQLiteError) -> StoredBlock? {
        let block = StoredBlock(
            id: try statement.integer(first),
            journal: try statement.integer(first + 1),
            vehicle: try statement.integer(first + 2),
            first: try statement.integer(first + 3),
            last: try statement.integer(first + 4),
            count: try statement.integer(first + 5),
            boot: try statement.integer(first + 6),
            firstMilliseconds: try statement.integer(first + 7),
            lastMilliseconds: try statement.integer(first + 8),
            arrivalMilliseconds: try statement.integer(first + 9),
            isUndated: try statement.integer(first + 10) == 1,
            bytes: try statement.bytes(first + 11)
        )
        return try statement.integer(first + 12) == block.checksum ? block : nil
    }

    /// - Returns: `nil` for a block that is not what was written.
    static func open(_ block: StoredBlock) -> OpenBlock? {
        // Why it cannot be opened is no matter: it is put aside with its bytes.
        guard let open = try? OpenBlock(block.bytes), open.first.rawValue == block.first,
            open.last.rawValue == block.last, Int64(open.count) == block.count, open.boot.rawValue == block.boot
        else { return nil }
        return open
    }

    func insert(_ block: StoredBlock) throws(SQLiteError) {
        let statement = try database.statement(
            """
            INSERT INTO block (journal, vehicle, first_sequence, last_sequence, count, boot, first_ms, last_ms, arrival_ms,
                undated, bytes, crc)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """
        )
        let numbers = [
            block.journal, block.vehicle, block.first, block.last, block.count, block.boot, block.firstMilliseconds,
            block.lastMilliseconds, block.arrivalMilliseconds, block.isUndated ? 1 : 0,
        ]
        for (index, number) in numbers.enumerated() { try statement.bind(number, at: Int32(index) + 1) }
        try statement.bind(block.bytes, at: 11)
        try statement.bind(block.checksum, at: 12)
        try statement.run()
    }

    func delete(_ id: Int64) throws(SQLiteError) {
        let statement = try database.statement("DELETE FROM block WHERE id = ?1")
        try statement.bind(id, at: 1)
        try statement.run()
    }

    /// Writes a block's times anew.
    func redate(_ block: StoredBlock) throws(SQLiteError) {
        let statement = try database.statement(
            "UPDATE block SET first_ms = ?2, last_ms = ?3, undated = ?4, crc = ?5 WHERE id = ?1"
        )
        try statement.bind(block.id, at: 1)
        try statement.bind(block.firstMilliseconds, at: 2)
        try statement.bind(block.lastMilliseconds, at: 3)
        try statement.bind(block.isUndated ? 1 : 0, at: 4)
        try statement.bind(block.checksum, at: 5)
        try statement.run()
    }

    /// The blocks of a journal that have numbers in or around a range, in their order.
    func overlapping(_ range: ClosedRange<Int64>, of journal: Int64) throws(SQLiteError) -> [Place] {
        let statement = try database.statement(
            """
            SELECT id, first_sequence, last_sequence, count FROM block WHERE journal = ?1 AND first_sequence <= ?2
            ORDER BY first_sequence DESC
            """
        )
        try statement.bind(journal, at: 1)
        try statement.bind(range.upperBound, at: 2)
        defer { statement.reset() }
        var places: [Place] = []
        while try statement.step() {
            let (first, last) = (try statement.integer(1), try statement.integer(2))
            // Disjoint: those before this one end even earlier. A damaged row's numbers may be anything.
            guard first <= last, last >= range.lowerBound else { break }
            places.append(
                Place(id: try statement.integer(0), range: first...last, count: try statement.integer(3))
            )
        }
        return places.reversed()
    }

    /// The blocks of a journal behind a number, in their order.
    func following(_ number: Int64, of journal: Int64, atMost count: Int) throws(SQLiteError) -> [Place] {
        let statement = try database.statement(
            """
            SELECT id, first_sequence, last_sequence, count FROM block WHERE journal = ?1 AND first_sequence > ?2
            ORDER BY first_sequence LIMIT ?3
            """
        )
        try statement.bind(journal, at: 1)
        try statement.bind(number, at: 2)
        try statement.bind(Int64(count), at: 3)
        defer { statement.reset() }
        var places: [Place] = []
        while try statement.step() {
            let (first, last) = (try statement.integer(1), try statement.integer(2))
            guard first <= last else { continue }
            places.append(
                Place(id: try statement.integer(0), range: first...last, count: try statement.integer(3))
            )
        }
        return places
    }

    func find(_ id: Int64) throws(SQLiteError) -> Finding? {
        let statement = try database.statement("SELECT \(Self.columns) FROM block WHERE id = ?1")
        try statement.bind(id, at: 1)
        defer { statement.reset() }
        do throws(SQLiteError) {
            guard try statement.step() else { return nil }
            guard let block = try Self.read(statement), let open = Self.open(block) else { return .damaged }
            return .sound(block, open)
        } catch {
            // A column that holds what it cannot hold.
            guard error.isMismatch else { throw error }
            return .damaged
        }
    }
}
