import PatrolCore

/// Reads the columns of a block whose count is in its range; everything else in it is hostile until checked.
struct BlockReader {
    private let block: Patrol_V1_PositionBlock
    private let count: Int

    init(_ block: Patrol_V1_PositionBlock) {
        self.block = block
        count = Int(block.count)
    }

    func positions() throws(WireError) -> [Recorded<Position>] {
        let sequences = try sequences()
        let boot = try PositionRules.boot(block.boot)
        let latitudes = try twice(block.latitudeE7, "latitude_e7")
        let longitudes = try twice(block.longitudeE7, "longitude_e7")
        let odometers = try twice(block.odometerM, "odometer_m")
        let received = Delta.decodeTwice(try column(block.hasReceivedDs, block.receivedDs, count, "received_ds"))
        let times = try optional(block.timePresence, "time") { (count, field) throws(WireError) in
            Delta.decodeTwice(try column(block.hasTimeMs, block.timeMs, count, field))
        }
        let marks = try column(block.hasTimeMark, block.timeMark, count, "time_mark")
        let altitudes = try optional(block.altitudePresence, "altitude") { (count, field) throws(WireError) in
            Delta.decode(try exactly(count, block.altitudeDm, field))
        }
        let speeds = try optional(block.speedPresence, "speed") { (count, field) throws(WireError) in
            Delta.decode(try exactly(count, block.speedCmps, field))
        }
        let courses = try optional(block.coursePresence, "course") { (count, field) throws(WireError) in
            Delta.decodeCourse(try exactly(count, block.courseDdeg, field))
        }
        let errors = try optional(block.horizontalErrorPresence, "horizontal_error") {
            (count, field) throws(WireError) in
            Delta.decode(try column(block.hasHorizontalErrorDm, block.horizontalErrorDm, count, field))
        }
        let satellites = try optional(block.satellitesPresence, "satellites") { (count, field) throws(WireError) in
            try column(block.hasSatellites, block.satellites, count, field)
        }
        let modes = try column(block.hasMode, block.mode, count, "mode")
        let statuses = try column(block.hasStatus, block.status, count, "status")
        var positions: [Recorded<Position>] = []
        positions.reserveCapacity(count)
        for index in 0..<count {
            let numbers = PositionNumbers(
                receivedDeciseconds: received[index],
                timeMilliseconds: times[index],
                timeMark: marks[index],
                latitudeE7: latitudes[index],
                longitudeE7: longitudes[index],
                altitudeDecimetres: altitudes[index],
                speedCentimetresPerSecond: speeds[index],
                courseDecidegrees: courses[index],
                horizontalErrorDecimetres: errors[index],
                satellitesUsed: satellites[index],
                mode: modes[index],
                status: statuses[index],
                odometerMetres: odometers[index]
            )
            positions.append(
                Recorded(sequence: sequences[index], boot: boot, record: try PositionRules.position(numbers))
            )
        }
        return positions
    }

    private func sequences() throws(WireError) -> [SequenceNumber] {
        let steps = block.sequenceSteps.isEmpty ? [UInt32](repeating: 1, count: count - 1) : block.sequenceSteps
        guard steps.count == count - 1 else {
            throw WireError(field: "sequence_steps", reason: "has \(steps.count) values; allowed: none or \(count - 1)")
        }
        var sequence = try PositionRules.sequence(block.firstSequence, "first_sequence")
        var sequences = [sequence]
        for step in steps {
            let (next, overflow) = sequence.rawValue.addingReportingOverflow(Int64(step))
            guard step >= 1, !overflow else {
                throw .outOfRange("sequence_steps", step, allowed: "1 or more, within 63 bits in all")
            }
            sequence = SequenceNumber(rawValue: next)
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

    private func column(
        _ isThere: Bool,
        _ column: Patrol_V1_Column,
        _ count: Int,
        _ field: String
    ) throws(WireError) -> [Int64] {
        isThere ? try column.decode(count: count, field) : [Int64](repeating: 0, count: count)
    }

    /// Puts the values of an optional quantity at their positions.
    private func optional(
        _ presence: [UInt32],
        _ field: String,
        _ values: (Int, String) throws(WireError) -> [Int64]
    ) throws(WireError) -> [Int64?] {
        let isThere = try Presence.decode(presence, count: count, "\(field)_presence")
        var rest = try values(isThere.count { $0 }, field)[...]
        return isThere.map { $0 ? rest.popFirst() : nil }
    }
}
