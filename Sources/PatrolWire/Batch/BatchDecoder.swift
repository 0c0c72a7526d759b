import PatrolCore
import SwiftProtobuf

/// Reads batches from anywhere: bounds first, then meaning.
public enum BatchDecoder {
    /// - Parameter bytes: the body, decompressed; whoever calls has bounded its size.
    /// - Throws: an error that names the field, for anything that is not a batch with meaningful records.
    public static func decode(_ bytes: [UInt8], as encoding: WireEncoding) throws(WireError) -> DecodedBatch {
        try receive(bytes, as: encoding).decoded
    }

    /// As ``decode(_:as:)``, with the positions in blocks as they came.
    public static func receive(_ bytes: [UInt8], as encoding: WireEncoding) throws(WireError) -> ReceivedBatch {
        switch encoding {
        case .protobuf: try BatchRules.checked(protobuf(bytes))
        case .json: try BatchRules.checked(ReceivedBatch(try BatchJSON.decode(bytes)))
        }
    }

    private static func protobuf(_ bytes: [UInt8]) throws(WireError) -> ReceivedBatch {
        let blocks = try BatchScan.check(bytes)
        let message: Patrol_V1_Batch
        do {
            message = try Patrol_V1_Batch(serializedBytes: without(blocks, bytes))
        } catch {
            throw WireError(field: "batch", reason: "is not protobuf")
        }
        guard let journalID = JournalID(bytes: Array(message.journalID)) else {
            throw .outOfRange("journal_id", message.journalID.count, allowed: "16 bytes")
        }
        let head = DecodedBatch(
            vehicle: message.vehicle,
            journalID: journalID,
            latest: message.hasLatest
                ? try named("latest") { () throws(WireError) in try message.latest.decoded() } : nil,
            boots: try each("boots", message.boots) { (boot) throws(WireError) in try boot.decoded() },
            positions: [],
            events: try each("events", message.events) { (event) throws(WireError) in try event.decoded() },
            epoch: message.hasEpoch
                ? try named("epoch") { () throws(WireError) in try message.epoch.decoded() } : .first,
            absent: try each("absent", message.absent) { (range) throws(WireError) in try range.decoded() },
            given: message.hasGiven
                ? try named("given") { () throws(WireError) in try message.given.decoded() } : nil
        )
        return ReceivedBatch(head: head, blocks: try open(blocks, bytes))
    }

    /// Counts all of them before it makes anything of one.
    private static func open(_ blocks: [BatchScan.Block], _ bytes: [UInt8]) throws(WireError) -> [OpenBlock] {
        let positions = blocks.reduce(0) { $0 + $1.count }
        try BatchRules.count("positions", positions, maximum: BatchRules.maximumPositions)
        return try each("position_blocks", blocks) { (block) throws(WireError) in
            try OpenBlock(Array(bytes[block.content]))
        }
    }

    /// Everything else: the generated code makes dozens of objects of a block, which nobody needs.
    private static func without(_ blocks: [BatchScan.Block], _ bytes: [UInt8]) -> [UInt8] {
        var rest: [UInt8] = []
        var next = 0
        for block in blocks {
            rest += bytes[next..<block.field.lowerBound]
            next = block.field.upperBound
        }
        return rest + bytes[next...]
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
