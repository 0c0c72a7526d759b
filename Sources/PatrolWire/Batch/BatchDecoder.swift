import PatrolCore
import SwiftProtobuf

/// Reads batches from anywhere: bounds first, then meaning.
public enum BatchDecoder {
    /// - Parameter bytes: the body, decompressed; whoever calls has bounded its size.
    /// - Throws: an error that names the field, for anything that is not a batch with meaningful records.
    public static func decode(_ bytes: [UInt8], as encoding: WireEncoding) throws(WireError) -> DecodedBatch {
        switch encoding {
        case .protobuf: try BatchRules.checked(protobuf(bytes))
        case .json: try BatchRules.checked(BatchJSON.decode(bytes))
        }
    }

    private static func protobuf(_ bytes: [UInt8]) throws(WireError) -> DecodedBatch {
        try BatchScan.check(bytes)
        let message: Patrol_V1_Batch
        do {
            message = try Patrol_V1_Batch(serializedBytes: bytes)
        } catch {
            throw WireError(field: "batch", reason: "is not protobuf")
        }
        guard let journalID = JournalID(bytes: Array(message.journalID)) else {
            throw .outOfRange("journal_id", message.journalID.count, allowed: "16 bytes")
        }
        let positions = message.positionBlocks.reduce(0) { $0 + Int($1.count) }
        try BatchRules.count("positions", positions, maximum: BatchRules.maximumPositions)
        return DecodedBatch(
            vehicle: message.vehicle,
            journalID: journalID,
            latest: message.hasLatest
                ? try named("latest") { () throws(WireError) in try message.latest.decoded() } : nil,
            boots: try each("boots", message.boots) { (boot) throws(WireError) in try boot.decoded() },
            positions: try each("position_blocks", message.positionBlocks) { (block) throws(WireError) in
                try PositionBlockCodec.decode(block)
            }.flatMap { $0 },
            events: try each("events", message.events) { (event) throws(WireError) in try event.decoded() },
            epoch: message.hasEpoch
                ? try named("epoch") { () throws(WireError) in try message.epoch.decoded() } : .first,
            absent: try each("absent", message.absent) { (range) throws(WireError) in try range.decoded() },
            given: message.hasGiven
                ? try named("given") { () throws(WireError) in try message.given.decoded() } : nil
        )
    }

    /// Names the element in the error, counted from 1.
    static func each<Message, Value>(
        _ field: String,
        _ messages: [Message],
        _ decode: (Message) throws(WireError) -> Value
    ) throws(WireError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(messages.count)
        for (index, message) in messages.enumerated() {
            values.append(try named("\(field)[\(index + 1)]") { () throws(WireError) in try decode(message) })
        }
        return values
    }

    static func named<Value>(
        _ field: String,
        _ decode: () throws(WireError) -> Value
    ) throws(WireError) -> Value {
        do throws(WireError) {
            return try decode()
        } catch {
            throw error.inside(field)
        }
    }
}
