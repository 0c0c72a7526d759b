import FoundationEssentials
public import PatrolCore
import PatrolWire

/// How records are written for other programs.
public enum ExportFormat: String, CaseIterable, Sendable {
    /// JSON Lines: each record as `patrolctl records --json` has it.
    case jsonl
    /// RFC 4180 with a line of names.
    case csv
}

extension JournalTools {
    /// What an export could not hand over.
    public struct Export: Sendable {
        /// One line each; empty if everything was as it was written.
        public var damages: [String]
        /// Records that are gone by them.
        public var lost: PerLane<Int64>
    }

    /// Hands over the records of a lane, oldest first, as text in pieces.
    /// - Parameters:
    ///   - times: only these; `from` inclusive, `to` exclusive. Records without a time are left out then.
    ///   - write: takes a piece of some hundred lines.
    /// - Returns: what was damaged and left out.
    public static func export(
        _ lane: Lane,
        folder: String,
        from: WallTime?,
        to: WallTime?,
        format: ExportFormat,
        progress: Progress,
        write: (String) -> Void
    ) async throws(JournalError) -> Export {
        let copy = try JournalCopy(of: folder, progress: progress)
        defer { withExtendedLifetime(copy) {} }
        let journal = try copy.open()
        if let error = journal.health.inMemoryBecause { throw error }
        let last = Double(max(1, journal.health.durable[lane].rawValue))
        if format == .csv { write(ExportLine.names(lane)) }
        var query = HistoryQuery(from: from, to: to, limit: HistoryQuery.maximumLimit)
        while true {
            var lines = ""
            switch lane {
            case .events:
                let page = try await journal.events(query)
                query.after = page.last?.recorded.sequence
                for event in page { lines += try ExportLine.of(event, format, journal.path) }
            case .positions:
                let page = try await journal.positions(query)
                query.after = page.last?.recorded.sequence
                for position in page { lines += try ExportLine.of(position, format, journal.path) }
            }
            guard let after = query.after else { break }
            write(lines)
            progress("writing \(lane.rawValue)", Double(after.rawValue) / last)
        }
        let health = journal.health
        try await journal.close()
        return Export(damages: health.incidents, lost: health.lostToDamage)
    }
}

/// One record as a line, with its end.
private enum ExportLine {
    static func names(_ lane: Lane) -> String {
        let names =
            switch lane {
            case .events: "sequence,time,corrected,kind,latitude,longitude,details,boot,boot_time_s"
            case .positions:
                "sequence,time,corrected,time_mark,latitude,longitude,altitude_m,speed_mps,course_deg,"
                    + "horizontal_error_m,satellites,mode,status,odometer_m,boot,boot_time_s"
            }
        return names + "\r\n"
    }

    static func of(_ event: Dated<StoredEvent>, _ format: ExportFormat, _ path: String) throws(JournalError) -> String {
        let json = EventJSON(event.recorded, time: event.effectiveTime, isCorrected: event.isCorrected)
        guard format == .csv else { return try line(json, path) + "\n" }
        return row([
            String(json.sequence), json.time, json.corrected.map(String.init), json.kind,
            json.latitude.map { "\($0)" }, json.longitude.map { "\($0)" }, try line(json.details, path),
            String(json.boot), "\(json.bootTimeSeconds)",
        ])
    }

    static func of(_ position: Dated<Position>, _ format: ExportFormat, _ path: String) throws(JournalError) -> String {
        let json = PositionJSON(position.recorded, time: position.effectiveTime, isCorrected: position.isCorrected)
        guard format == .csv else { return try line(json, path) + "\n" }
        return row([
            json.sequence.map(String.init), json.time, json.corrected.map(String.init), json.timeMark,
            "\(json.latitude)", "\(json.longitude)", json.altitudeMetres.map { "\($0)" },
            json.speedMetresPerSecond.map { "\($0)" }, json.courseDegrees.map { "\($0)" },
            json.horizontalErrorMetres.map { "\($0)" }, json.satellites.map(String.init), String(json.mode),
            json.status.map(String.init), String(json.odometerMetres), json.boot.map(String.init),
            json.bootTimeSeconds.map { "\($0)" },
        ])
    }

    private static func line(_ value: some Encodable, _ path: String) throws(JournalError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw JournalError(.unencodable, path: path, reason: "a record cannot be written as JSON: \(error)")
        }
    }

    /// RFC 4180: what has a comma, a quote or a line end stands in quotes, a quote in it twice.
    private static func row(_ fields: [String?]) -> String {
        fields.map { field in
            let text = field ?? ""
            guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
            return "\"" + text.replacing("\"", with: "\"\"") + "\""
        }.joined(separator: ",") + "\r\n"
    }
}
