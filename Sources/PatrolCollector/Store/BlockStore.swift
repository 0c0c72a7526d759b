import PatrolCore
import PatrolSQLite
import PatrolWire

/// Stores and rearranges the blocks of one journal, inside a transaction that somebody else begins and ends.
struct BlockStore {
    private let database: Database
    private let table: BlockTable
    private let old: OldPositions
    private let journal: Int64
    private let vehicle: Int64
    private let clocks: BootClocks
    /// How many positions were in blocks that turned out to be damaged.
    private(set) var lost: Int64 = 0

    init(_ database: Database, _ journal: Int64, _ vehicle: Int64) {
        self.database = database
        self.journal = journal
        self.vehicle = vehicle
        table = BlockTable(database: database)
        old = OldPositions(database: database)
        clocks = BootClocks(database: database, journal: journal)
    }

    // MARK: What is held

    /// What is held in a range, whoever wrote it; damaged blocks are not.
    func blocks(overlapping range: ClosedRange<Int64>) throws(SQLiteError) -> [OpenBlock] {
        try takeOver(range)
        var blocks: [OpenBlock] = []
        for place in try table.overlapping(range, of: journal) {
            if case .sound(_, let open) = try table.find(place.id) { blocks.append(open) }
        }
        return blocks
    }

    /// How many positions of a range are held.
    func count(_ range: ClosedRange<Int64>) throws(SQLiteError) -> Int64 {
        try takeOver(range)
        var count: Int64 = 0
        for place in try table.overlapping(range, of: journal) {
            if range.contains(place.range.lowerBound), range.contains(place.range.upperBound) {
                count += place.count
            } else if case .sound(_, let open) = try table.find(place.id) {
                count += Int64(open.sequences.count { range.contains($0) })
            }
        }
        return count
    }

    /// Moves what an earlier version stored in a range into blocks.
    private func takeOver(_ range: ClosedRange<Int64>) throws(SQLiteError) {
        var store = self
        while try store.takeOver(range, atMost: PositionBlockCodec.maximumPositions) > 0 {}
    }

    /// Moves the first rows of a range that an earlier version stored into blocks.
    /// - Returns: how many.
    mutating func takeOver(_ range: ClosedRange<Int64>, atMost count: Int) throws(SQLiteError) -> Int {
        let loose = try old.take(range, of: journal, atMost: count)
        try combine(loose, found: WallTime(millisecondsSince1970: 0))
        return loose.count
    }

    // MARK: Storing

    /// Adds a block where nothing is held.
    func add(_ dated: DatedBlock) throws(SQLiteError) {
        let stored = dated.stored(vehicle: vehicle, journal: journal)
        let times =
            WallTime(
                millisecondsSince1970: stored.firstMilliseconds
            )...WallTime(millisecondsSince1970: stored.lastMilliseconds)
        if BlockCut.fits(times) { return try table.insert(stored) }
        try insert(Self.loosen(dated))
    }

    /// Adds some positions of a block, where others around them are held.
    mutating func merge(_ block: OpenBlock, at indices: [Int], arrival: WallTime) throws(SQLiteError) {
        let dated = DatedBlock(block: block, utcAtBoot: try clocks.utc(at: block.boot), arrival: arrival)
        let all = Self.loosen(dated)
        try combine(indices.map { all[$0] }, found: arrival)
    }

    /// Adds positions that ascend and are not held; what is held around them is cut anew with them.
    mutating func combine(_ new: [LoosePosition], found: WallTime) throws(SQLiteError) {
        guard let first = new.first, let last = new.last else { return }
        let range = first.recorded.sequence.rawValue...last.recorded.sequence.rawValue
        let places = try table.overlapping(range, of: journal)
        guard !places.isEmpty else { return try insert(new) }
        var positions = new
        for place in places { positions += try take(place, found: found) }
        try insert(positions.sorted { $0.recorded.sequence < $1.recorded.sequence })
    }

    /// Takes a block out; a damaged one is put aside.
    private mutating func take(_ place: BlockTable.Place, found: WallTime) throws(SQLiteError) -> [LoosePosition] {
        switch try table.find(place.id) {
        case .sound(let stored, let open):
            try table.delete(place.id)
            return Self.loosen(
                DatedBlock(
                    block: open,
                    utcAtBoot: try clocks.utc(at: open.boot),
                    arrival: WallTime(millisecondsSince1970: stored.arrivalMilliseconds)
                )
            )
        case .damaged:
            try setAside(place, found: found)
            return []
        case nil: return []
        }
    }

    /// Cuts positions that ascend into blocks and inserts them where nothing is held.
    private func insert(
        _ positions: [LoosePosition],
        atMost most: Int = PositionBlockCodec.maximumPositions
    ) throws(SQLiteError) {
        for piece in BlockCut.blocks(of: positions, atMost: most) {
            // What was in a block, or was checked when its row was read, can be in one.
            guard let blocks = try? PositionBlockCodec.blocks(of: piece.map(\.recorded)), let first = piece.first else {
                continue
            }
            for block in blocks {
                let dated = DatedBlock(
                    block: block,
                    utcAtBoot: try clocks.utc(at: block.boot),
                    arrival: first.arrival
                )
                try table.insert(dated.stored(vehicle: vehicle, journal: journal))
            }
        }
    }

    static func loosen(_ dated: DatedBlock) -> [LoosePosition] {
        (0..<dated.block.count).map { index in
            LoosePosition(
                recorded: dated.block.recorded(at: index),
                arrival: dated.arrival,
                time: dated.time(at: index)
            )
        }
    }

    // MARK: Rearranging

    /// Finds the blocks of a boot by its clock from now on.
    func redate(boot: BootNumber) throws(SQLiteError) {
        let statement = try database.prepare(
            "SELECT \(BlockTable.columns) FROM block WHERE journal = ?1 AND boot = ?2 AND undated = 1"
        )
        try statement.bind(journal, at: 1)
        try statement.bind(boot.rawValue, at: 2)
        var found: [StoredBlock] = []
        while try statement.step() {
            if let block = try BlockTable.read(statement) { found.append(block) }
        }
        for stored in found {
            guard let open = BlockTable.open(stored) else { continue }
            let dated = DatedBlock(
                block: open,
                utcAtBoot: try clocks.utc(at: boot),
                arrival: WallTime(millisecondsSince1970: stored.arrivalMilliseconds)
            )
            var redated = dated.stored(vehicle: vehicle, journal: journal)
            redated.id = stored.id
            let times =
                WallTime(
                    millisecondsSince1970: redated.firstMilliseconds
                )...WallTime(millisecondsSince1970: redated.lastMilliseconds)
            if BlockCut.fits(times) {
                try table.redate(redated)
            } else {
                try table.delete(stored.id)
                try insert(Self.loosen(dated))
            }
        }
    }

    /// Makes full blocks of small ones that follow each other.
    /// - Parameters:
    ///   - number: from the blocks behind this one on.
    ///   - count: so many blocks at most.
    /// - Returns: the number up to which blocks are as full as they get; `nil` if there were fewer than `count`.
    mutating func fill(after number: Int64, atMost count: Int, found: WallTime) throws(SQLiteError) -> Int64? {
        let places = try table.following(number, of: journal, atMost: count)
        guard places.count == count else { return nil }
        var done = number
        var small: [BlockTable.Place] = []
        for place in places {
            if let last = small.last, last.range.upperBound + 1 != place.range.lowerBound {
                _ = try join(small, found: found)
                small = []
            }
            if try isMovable(place) {
                small.append(place)
            } else {
                _ = try join(small, found: found)
                small = []
            }
            done = place.range.upperBound
        }
        // The last block may still grow with what follows.
        return try join(small, found: found) ?? done
    }

    private func isMovable(_ place: BlockTable.Place) throws(SQLiteError) -> Bool {
        guard place.count < PositionBlockCodec.maximumPositions else { return false }
        guard case .sound(_, let open) = try table.find(place.id) else { return true }
        // What this version does not know would be lost.
        return !open.hasUnknownFields
    }

    /// - Returns: the number before the last block that came of it, if that one is not full.
    private mutating func join(_ places: [BlockTable.Place], found: WallTime) throws(SQLiteError) -> Int64? {
        guard places.count > 1 else { return places.first.map { $0.range.lowerBound - 1 } }
        var positions: [LoosePosition] = []
        for place in places { positions += try take(place, found: found) }
        let most = BlockCut.packing(positions)
        try insert(positions, atMost: most)
        guard let last = BlockCut.blocks(of: positions, atMost: most).last, let first = last.first, last.count < most
        else { return nil }
        return first.recorded.sequence.rawValue - 1
    }

    /// Puts a block that is not what was written aside, and its numbers among the gaps: the cart may still have them.
    mutating func setAside(_ place: BlockTable.Place, found: WallTime) throws(SQLiteError) {
        let keep = try database.statement(
            """
            INSERT INTO damaged (journal, lane, first_sequence, last_sequence, found_ms, bytes)
            SELECT ?2, 1, ?3, ?4, ?5, coalesce(CAST(bytes AS BLOB), x'') FROM block WHERE id = ?1
            """
        )
        try keep.bind(place.id, at: 1)
        try keep.bind(journal, at: 2)
        try keep.bind(place.range.lowerBound, at: 3)
        try keep.bind(place.range.upperBound, at: 4)
        try keep.bind(found.millisecondsSince1970, at: 5)
        try keep.run()
        try database.execute(
            "DELETE FROM damaged WHERE id <= (SELECT max(id) FROM damaged) - \(Self.maximumDamaged)"
        )
        try table.delete(place.id)
        lost += place.count
        let account = LaneAccount(database: database, journal: journal, lane: .positions)
        // The row's own numbers are in doubt too.
        let known = try database.statement("SELECT known_position FROM journal WHERE id = ?1")
        try known.bind(journal, at: 1)
        defer { known.reset() }
        guard try known.step() else { return }
        let last = min(place.range.upperBound, try known.integer(0))
        guard place.range.lowerBound >= 1, place.range.lowerBound <= last else { return }
        let range = place.range.lowerBound...last
        let explained = try account.absent(overlapping: range).map(\.range)
        try account.open(LaneAccount.subtract(explained[...], from: range))
    }

    /// So many damaged blocks are kept, the newest.
    private static let maximumDamaged = 100
}
