import PatrolCore
import PatrolSQLite

/// A table whose rows carry a checksum over all their other columns.
///
/// Names and columns are part of what is summed, and so frozen. A chain of hashes, when it comes, gets a column of its own.
enum CheckedTable: String, CaseIterable {
    case events
    case blocks = "position_blocks"
    case boots
    case cursors
    case states
    case quarantine
    case epochs
    case receipts

    /// In the order of the table, without the checksum.
    var columns: [String] {
        switch self {
        case .events:
            ["sequence", "boot", "at_ms", "time_ms", "latitude_e7", "longitude_e7", "name", "details"]
        case .blocks:
            [
                "first_sequence", "last_sequence", "boot", "first_time_ms", "last_time_ms", "first_untimed_ms",
                "last_untimed_ms", "block",
            ]
        case .boots: ["number", "boot_id", "utc_at_boot_ms", "clock_source", "clock_uncertainty_ms"]
        case .cursors: ["destination", "lane", "acknowledged"]
        case .states: ["name", "details"]
        case .quarantine:
            [
                "destination", "lane", "first_sequence", "last_sequence", "boot", "at_ms", "time_ms", "reason", "retry",
            ]
        case .epochs: ["number", "journal_id", "first_event", "first_position", "reason"]
        case .receipts:
            ["number", "lane", "first_sequence", "last_sequence", "count", "reason", "from_ms", "to_ms"]
        }
    }

    /// Whether the first column is an INTEGER PRIMARY KEY, which lies in a page as the rowid.
    var hasRowid: Bool {
        switch self {
        case .cursors, .states, .quarantine: false
        case .events, .blocks, .boots, .epochs, .receipts: true
        }
    }

    /// The checksum of values as SQL.
    func checksum(_ values: [String]) -> String {
        "row_checksum('\(rawValue)', \(values.joined(separator: ", ")))"
    }

    /// The checksum of the parameters ?1, ?2 and on.
    var checksumOfParameters: String { checksum(columns.indices.map { "?\($0 + 1)" }) }

    /// Whether a row is as it was written.
    /// - Parameter alias: of the table in the statement; empty for none.
    func isSound(_ alias: String = "") -> String {
        let prefix = alias.isEmpty ? "" : alias + "."
        return "(\(checksum(columns.map { prefix + $0 })) IS \(prefix)checksum)"
    }

    /// Whether a row says something that this version can understand: one of an older version got its checksum only when
    /// that was read.
    var isPlausible: String {
        let lanes = Lane.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        switch self {
        case .events: return "sequence > 0"
        case .blocks: return "0 < first_sequence AND first_sequence <= last_sequence"
        case .boots, .states: return "true"
        case .cursors: return "lane IN (\(lanes)) AND acknowledged >= 0"
        case .quarantine: return "lane IN (\(lanes)) AND 0 < first_sequence AND first_sequence <= last_sequence"
        case .epochs: return "length(journal_id) = 16"
        case .receipts:
            let reasons = Receipt.Reason.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            return "lane IN (\(lanes)) AND reason IN (\(reasons)) AND 0 < first_sequence "
                + "AND first_sequence <= last_sequence"
        }
    }

    /// Whether a row out of a damaged file is as it was written.
    func isSound(_ row: DamagedDatabase.Row) -> [SQLValue]? {
        guard row.columns.count == columns.count + 1, (row.rowid != nil) == hasRowid else { return nil }
        var values = Array(row.columns.dropLast())
        if let rowid = row.rowid {
            guard values[0] == .null else { return nil }
            values[0] = .integer(rowid)
        }
        var checksum = RowChecksum()
        checksum.add(.text(Array(rawValue.utf8)))
        for value in values { checksum.add(value) }
        return row.columns.last == .integer(checksum.value) ? values : nil
    }
}
