import FoundationEssentials
import PatrolCore
import SwiftProtobuf

/// Writes batches.
public enum BatchEncoder {
    /// The body of a request, before compression.
    /// - Throws: if a quantity is outside its range.
    public static func encode(_ batch: BatchContent, as encoding: WireEncoding) throws(WireError) -> [UInt8] {
        switch encoding {
        case .protobuf: try protobuf(batch)
        case .json: try BatchJSON.encode(batch)
        }
    }

    /// Everything but the blocks is serialised; they are appended as they are. "The order of fields in a message does not
    /// matter" to a parser (protobuf.dev, "Encoding"), so the result is one valid message.
    private static func protobuf(_ batch: BatchContent) throws(WireError) -> [UInt8] {
        var message = Patrol_V1_Batch()
        message.vehicle = batch.vehicle
        message.journalID = Data(batch.journalID.bytes)
        if let latest = batch.latest { message.latest = try Patrol_V1_Latest(latest) }
        message.boots = batch.boots.map(Patrol_V1_Boot.init)
        message.events = batch.events.map(Patrol_V1_Event.init)
        if batch.epoch.number > 1 { message.epoch = Patrol_V1_Epoch(batch.epoch) }
        message.absent = batch.absent.map(Patrol_V1_AbsentRange.init)
        if let given = batch.given { message.given = Patrol_V1_GivenNumbers(given) }
        var bytes: [UInt8]
        do {
            bytes = try message.serializedBytes()
        } catch {
            throw WireError(field: "batch", reason: "cannot be written: \(error)")
        }
        for block in batch.positionBlocks {
            bytes.append(positionBlocksTag)
            appendVarint(UInt64(block.count), to: &bytes)
            bytes += block
        }
        return bytes
    }

    /// Field 5, wire type 2 (length-delimited).
    private static let positionBlocksTag: UInt8 = 5 << 3 | 2

    private static func appendVarint(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
