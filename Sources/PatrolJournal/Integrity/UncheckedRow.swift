import PatrolCore
import PatrolSQLite
import PatrolWire

/// Rows of a file from before ``JournalSchema/firstChecked``, which carry no checksum: they are judged by what they say.
///
/// Nothing was ever removed from such a file, so that a row that lies in no tree any more is as good as another.
extension CheckedTable {
    /// A row of this table in an older file, if it is one.
    /// - Returns: its values; `nil` for anything that an older version cannot have written here.
    func unchecked(_ row: DamagedDatabase.Row) -> [SQLValue]? {
        guard let kinds, row.columns.count == kinds.count, (row.rowid != nil) == hasRowid else { return nil }
        var values = row.columns
        if let rowid = row.rowid {
            guard values[0] == .null, rowid > 0 else { return nil }
            values[0] = .integer(rowid)
        }
        guard zip(values, kinds).allSatisfy({ $1.allows($0) }), isUnderstood(values) else { return nil }
        return values
    }

    /// The checksum that such a row gets, as a migration gives it.
    func checksum(of values: [SQLValue]) -> SQLValue {
        var checksum = RowChecksum()
        checksum.add(.text(Array(rawValue.utf8)))
        for value in values { checksum.add(value) }
        return .integer(checksum.value)
    }

    /// The identity of an older file, which is its first epoch.
    static func firstEpoch(_ row: DamagedDatabase.Row) -> [SQLValue]? {
        guard row.rowid == 1, row.columns.count == 1, case .bytes(let id) = row.columns[0], id.count == 16 else {
            return nil
        }
        return [.integer(1), .bytes(id), .integer(1), .integer(1), .text(Array("made".utf8))]
    }

    private enum Kind: Character {
        case integer = "i"
        case integerOrNothing = "I"
        case text = "t"
        case textOrNothing = "T"
        case bytes = "b"

        func allows(_ value: SQLValue) -> Bool {
            switch (self, value) {
            case (.integer, .integer), (.integerOrNothing, .integer), (.integerOrNothing, .null): true
            case (.text, .text), (.textOrNothing, .text), (.textOrNothing, .null), (.bytes, .bytes): true
            default: false
            }
        }
    }

    /// Of the columns; `nil` for a table that older files do not have.
    private var kinds: [Kind]? {
        let text: String? =
            switch self {
            case .events: "iiiIIItt"
            case .blocks: "iiiIIIIb"
            case .boots: "itITI"
            case .cursors: "tti"
            case .states: "tt"
            case .quarantine: "ttiiiiIti"
            case .epochs, .receipts: nil
            }
        return text.map { $0.compactMap(Kind.init(rawValue:)) }
    }

    /// Whether the values go together: what changed in a text or a block mostly shows.
    private func isUnderstood(_ values: [SQLValue]) -> Bool {
        func text(_ index: Int) -> String {
            guard case .text(let bytes) = values[index] else { return "" }
            return String(decoding: bytes, as: UTF8.self)
        }
        func integer(_ index: Int) -> Int64 {
            guard case .integer(let integer) = values[index] else { return 0 }
            return integer
        }
        switch self {
        case .events: return !text(6).isEmpty && Self.isDetails(text(7))
        case .blocks:
            guard case .bytes(let bytes) = values[7] else { return false }
            return Self.isBlock(bytes, first: integer(0), last: integer(1), boot: integer(2))
        case .boots: return !text(1).isEmpty
        case .cursors: return Lane(rawValue: text(1)) != nil && integer(2) >= 0
        case .states: return Self.isDetails(text(1))
        case .quarantine: return Lane(rawValue: text(1)) != nil && 0 < integer(2) && integer(2) <= integer(3)
        case .epochs, .receipts: return false
        }
    }

    private static func isDetails(_ text: String) -> Bool {
        do throws(WireError) {
            _ = try DetailsJSON.decode(text)
            return true
        } catch {
            return false
        }
    }

    private static func isBlock(_ bytes: [UInt8], first: Int64, last: Int64, boot: Int64) -> Bool {
        do throws(WireError) {
            let positions = try PositionBlockCodec.decode(bytes)
            return positions.first?.sequence.rawValue == first && positions.last?.sequence.rawValue == last
                && positions.first?.boot.rawValue == boot
        } catch {
            return false
        }
    }
}
