public import PatrolCore
import SwiftProtobuf

/// Blocks of positions: the same bytes lie on the cart's disk and travel to the receiver.
///
/// The way there and back is exact, but for ``PatrolCore/Position/receivedAt``, which is rounded down to 0.1 s.
/// `patrol.proto` describes the columns.
public enum PositionBlockCodec {
    /// The most positions in a block: two minutes of driving, about 1 kB.
    public static let maximumPositions = 120

    /// Writes 1 to 120 positions of one boot, in the order of their sequence.
    /// - Returns: a serialised `PositionBlock`.
    /// - Throws: if the positions are not those of one block, or a quantity is outside its range.
    public static func encode(_ positions: [Recorded<Position>]) throws(WireError) -> [UInt8] {
        guard let first = positions.first, positions.count <= maximumPositions else {
            throw .outOfRange("count", positions.count, allowed: "1 to \(maximumPositions)")
        }
        for (left, right) in zip(positions, positions.dropFirst()) {
            guard left.sequence < right.sequence else {
                throw .outOfRange("sequence", right.sequence.rawValue, allowed: "more than \(left.sequence.rawValue)")
            }
            guard left.boot == right.boot else {
                throw .outOfRange("boot", right.boot.rawValue, allowed: "\(left.boot.rawValue), the block's boot")
            }
        }
        for position in positions {
            _ = try PositionRules.checked(position)
        }
        var block = Patrol_V1_PositionBlock()
        block.firstSequence = UInt64(first.sequence.rawValue)
        block.count = UInt32(positions.count)
        block.boot = UInt64(first.boot.rawValue)
        block.sequenceSteps = try steps(positions)
        fill(&block, positions.map(\.record))
        do {
            return try block.serializedBytes()
        } catch {
            throw WireError(field: "position_block", reason: "cannot be written: \(error)")
        }
    }

    /// Reads a block from anywhere.
    /// - Throws: for anything that is not a block with meaningful positions.
    public static func decode(_ bytes: [UInt8]) throws(WireError) -> [Recorded<Position>] {
        try OpenBlock(bytes).positions
    }

    /// As few blocks as positions fit into that ascend strictly.
    /// - Throws: if one of them cannot be in a block.
    public static func blocks(of positions: [Recorded<Position>]) throws(WireError) -> [OpenBlock] {
        var blocks: [OpenBlock] = []
        var rest = positions[...]
        while let first = rest.first {
            var count = 1
            var last = first.sequence.rawValue
            for next in rest.dropFirst().prefix(maximumPositions - 1) {
                let (step, overflow) = next.sequence.rawValue.subtractingReportingOverflow(last)
                guard next.boot == first.boot, step >= 1, !overflow, step <= UInt32.max else { break }
                last = next.sequence.rawValue
                count += 1
            }
            blocks.append(try OpenBlock(try encode(Array(rest.prefix(count)))))
            rest = rest.dropFirst(count)
        }
        return blocks
    }

    private static func steps(_ positions: [Recorded<Position>]) throws(WireError) -> [UInt32] {
        var steps: [UInt32] = []
        for (left, right) in zip(positions, positions.dropFirst()) {
            let step = right.sequence.rawValue - left.sequence.rawValue
            guard let step = UInt32(exactly: step) else {
                throw .outOfRange("sequence_steps", step, allowed: "1 to \(UInt32.max)")
            }
            steps.append(step)
        }
        return steps.allSatisfy { $0 == 1 } ? [] : steps
    }

    private static func fill(_ block: inout Patrol_V1_PositionBlock, _ positions: [Position]) {
        block.latitudeE7 = Delta.encodeTwice(positions.map { Int64($0.coordinate.latitudeE7) })
        block.longitudeE7 = Delta.encodeTwice(positions.map { Int64($0.coordinate.longitudeE7) })
        block.odometerM = Delta.encodeTwice(positions.map(\.odometerMetres))
        set(\.receivedDs, Delta.encodeTwice(positions.map { PositionRules.deciseconds($0.receivedAt) }), in: &block)
        let times = positions.map { $0.time?.millisecondsSince1970 }
        block.timePresence = Presence.encode(times.map { $0 != nil })
        set(\.timeMs, Delta.encodeTwice(times.compactMap { $0 }), in: &block)
        set(\.timeMark, positions.map { Int64($0.timeMark.rawValue) }, in: &block)
        let altitudes = positions.map { $0.altitudeDecimetres.map(Int64.init) }
        block.altitudePresence = Presence.encode(altitudes.map { $0 != nil })
        block.altitudeDm = Delta.encode(altitudes.compactMap { $0 })
        let speeds = positions.map { $0.speedCentimetresPerSecond.map(Int64.init) }
        block.speedPresence = Presence.encode(speeds.map { $0 != nil })
        block.speedCmps = Delta.encode(speeds.compactMap { $0 })
        let courses = positions.map { $0.courseDecidegrees.map(Int64.init) }
        block.coursePresence = Presence.encode(courses.map { $0 != nil })
        block.courseDdeg = Delta.encodeCourse(courses.compactMap { $0 })
        let errors = positions.map { $0.horizontalErrorDecimetres.map(Int64.init) }
        block.horizontalErrorPresence = Presence.encode(errors.map { $0 != nil })
        set(\.horizontalErrorDm, Delta.encode(errors.compactMap { $0 }), in: &block)
        let satellites = positions.map { $0.satellitesUsed.map(Int64.init) }
        block.satellitesPresence = Presence.encode(satellites.map { $0 != nil })
        set(\.satellites, satellites.compactMap { $0 }, in: &block)
        set(\.mode, positions.map { Int64($0.mode.rawValue) }, in: &block)
        set(\.status, positions.map { Int64($0.status) }, in: &block)
    }

    /// An absent column stays absent: assigning an empty one would put it on the wire.
    private static func set(
        _ column: WritableKeyPath<Patrol_V1_PositionBlock, Patrol_V1_Column>,
        _ values: [Int64],
        in block: inout Patrol_V1_PositionBlock
    ) {
        if let encoded = Patrol_V1_Column.encode(values) { block[keyPath: column] = encoded }
    }
}
