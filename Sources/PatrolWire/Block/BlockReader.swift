import PatrolCore

/// Reads the columns of a block whose count is in its range; everything else in it is hostile until checked.
struct BlockReader {
    private let block: ColumnBytes
    private let count: Int

    init(_ block: ColumnBytes) {
        self.block = block
        count = Int(block.count)
    }

    /// The columns with as many values as the block has positions; whether the values make sense is asked behind it.
    func columns() throws(WireError) -> OpenBlock.Columns {
        OpenBlock.Columns(
            sequences: try sequences(),
            latitudes: try twice(block.latitudes, "latitude_e7"),
            longitudes: try twice(block.longitudes, "longitude_e7"),
            odometers: try twice(block.odometers, "odometer_m"),
            received: Delta.decodeTwice(try column(block.received, count, "received_ds")),
            times: try optional(block.timePresence, "time") { (count, field) throws(WireError) in
                Delta.decodeTwice(try column(block.times, count, field))
            },
            timeMarks: try column(block.timeMarks, count, "time_mark"),
            altitudes: try optional(block.altitudePresence, "altitude") { (count, field) throws(WireError) in
                Delta.decode(try exactly(count, block.altitudes, field))
            },
            speeds: try optional(block.speedPresence, "speed") { (count, field) throws(WireError) in
                Delta.decode(try exactly(count, block.speeds, field))
            },
            courses: try optional(block.coursePresence, "course") { (count, field) throws(WireError) in
                Delta.decodeCourse(try exactly(count, block.courses, field))
            },
            errors: try optional(block.errorPresence, "horizontal_error") { (count, field) throws(WireError) in
                Delta.decode(try column(block.errors, count, field))
            },
            satellites: try optional(block.satellitesPresence, "satellites") { (count, field) throws(WireError) in
                try column(block.satellites, count, field)
            },
            modes: try column(block.modes, count, "mode"),
            statuses: try column(block.statuses, count, "status")
        )
    }

    private func sequences() throws(WireError) -> [Int64] {
        let steps = block.sequenceSteps
        guard steps.isEmpty || steps.count == count - 1 else {
            throw WireError(field: "sequence_steps", reason: "has \(steps.count) values; allowed: none or \(count - 1)")
        }
        var sequence = try PositionRules.sequence(block.firstSequence, "first_sequence").rawValue
        var sequences: [Int64] = []
        sequences.reserveCapacity(count)
        sequences.append(sequence)
        for index in 0..<count - 1 {
            let step = steps.isEmpty ? 1 : steps[index]
            let (next, overflow) = sequence.addingReportingOverflow(Int64(step))
            guard step >= 1, !overflow else {
                throw .outOfRange("sequence_steps", step, allowed: "1 or more, within 63 bits in all")
            }
            sequence = next
            sequences.append(sequence)
        }
        return sequences
    }

    private func twice(_ values: [Int64], _ field: String) throws(WireError) -> [Int64] {
        Delta.decodeTwice(try exactly(count, values, field))
    }

    private func exactly(_ count: Int, _ values: [Int64], _ field: String) throws(WireError) -> [Int64] {
        guard values.count == count else {
            throw WireError(field: field, reason: "has \(values.count) values; allowed: \(count)")
        }
        return values
    }

    private func column(_ column: ColumnBytes.Runs?, _ count: Int, _ field: String) throws(WireError) -> [Int64] {
        guard let column else { return [Int64](repeating: 0, count: count) }
        return try column.decode(count: count, field)
    }

    /// Puts the values of an optional quantity at their positions.
    private func optional(
        _ presence: [UInt32],
        _ field: String,
        _ values: (Int, String) throws(WireError) -> [Int64]
    ) throws(WireError) -> [Int64] {
        let isThere = try Presence.decode(presence, count: count, "\(field)_presence")
        let there = try values(isThere.count { $0 }, field)
        guard !there.contains(OpenBlock.Columns.missing) else {
            throw .outOfRange(field, OpenBlock.Columns.missing, allowed: "more")
        }
        guard there.count < count else { return there }
        var all = [Int64](repeating: OpenBlock.Columns.missing, count: count)
        var next = 0
        for index in 0..<count where isThere[index] {
            all[index] = there[next]
            next += 1
        }
        return all
    }
}

extension ColumnBytes.Runs {
    /// - Parameter count: how many values there must be.
    func decode(count: Int, _ field: String) throws(WireError) -> [Int64] {
        if values.isEmpty, lengths.isEmpty {
            guard each.count == count else {
                throw WireError(field: field, reason: "has \(each.count) values; allowed: \(count)")
            }
            return each
        }
        guard each.isEmpty, values.count == lengths.count else {
            throw WireError(
                field: field,
                reason: "mixes its two forms; allowed: each, or as many run_length as run_value"
            )
        }
        var all: [Int64] = []
        all.reserveCapacity(count)
        for (value, length) in zip(values, lengths) {
            guard length >= 1, length <= count - all.count else {
                throw .outOfRange("\(field).run_length", length, allowed: "1 up to the block's \(count) values in all")
            }
            for _ in 0..<length { all.append(value) }
        }
        guard all.count == count else {
            throw WireError(field: field, reason: "has \(all.count) values; allowed: \(count)")
        }
        return all
    }
}
