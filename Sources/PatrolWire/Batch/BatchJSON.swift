import PatrolCore

/// A batch as JSON: the same records as in protobuf, each an object with its units in its names.
enum BatchJSON {
    private struct Body: Codable {
        var vehicle: String
        var journal_id: String
        var latest: PositionJSON?
        var boots: [Boot]
        var positions: [PositionJSON]
        var events: [EventJSON]
        var epoch: EpochJSON?
        var absent: [AbsentRangeJSON]?
        var given: GivenNumbersJSON?
    }

    private struct Boot: Codable {
        var number: UInt64
        var boot_id: String
        var utc_at_boot_ms: Int64?
        var clock_source: String?
        var clock_uncertainty_ms: Int64?
    }

    static func encode(_ batch: BatchContent) throws(WireError) -> [UInt8] {
        let positions = try BatchDecoder.each("position_blocks", batch.positionBlocks) { (block) throws(WireError) in
            try PositionBlockCodec.decode(block)
        }.flatMap { $0 }
        let body = Body(
            vehicle: batch.vehicle,
            journal_id: batch.journalID.description,
            latest: batch.latest.map(latest),
            boots: batch.boots.map(boot),
            positions: positions.map { PositionJSON($0, time: $0.record.time, isCorrected: false) },
            events: batch.events.map { EventJSON($0, time: $0.record.time, isCorrected: false) },
            epoch: batch.epoch.number > 1 ? EpochJSON(batch.epoch) : nil,
            absent: batch.absent.isEmpty ? nil : batch.absent.map(AbsentRangeJSON.init),
            given: batch.given.map(GivenNumbersJSON.init)
        )
        do {
            return try JSONCoding.encode(body)
        } catch {
            throw WireError(field: "batch", reason: "cannot be written as JSON: \(error)")
        }
    }

    static func decode(_ bytes: [UInt8]) throws(WireError) -> DecodedBatch {
        try JSONScan.check(batch: bytes)
        let body = try JSONCoding.decode(Body.self, from: bytes)
        guard let journalID = JournalID(body.journal_id) else {
            throw WireError(field: "journal_id", reason: "is \"\(body.journal_id.prefix(64))\"; allowed: a UUID")
        }
        try BatchRules.count("boots", body.boots.count, maximum: BatchRules.maximumBoots)
        try BatchRules.count("events", body.events.count, maximum: BatchRules.maximumEvents)
        try BatchRules.count("positions", body.positions.count, maximum: BatchRules.maximumPositions)
        try BatchRules.count("absent", body.absent?.count ?? 0, maximum: BatchRules.maximumAbsentRanges)
        return DecodedBatch(
            vehicle: body.vehicle,
            journalID: journalID,
            latest: try body.latest.map { (latest) throws(WireError) in
                Latest(boot: try PositionRules.boot(latest.bootNumber()), position: try latest.decoded())
            },
            boots: try BatchDecoder.each("boots", body.boots) { (boot) throws(WireError) in try decode(boot) },
            positions: try BatchDecoder.each("positions", body.positions) { (position) throws(WireError) in
                Recorded(
                    sequence: try PositionRules.sequence(UInt64(clamping: position.sequence ?? 0), "sequence"),
                    boot: try PositionRules.boot(try position.bootNumber()),
                    record: try position.decoded()
                )
            },
            events: try BatchDecoder.each("events", body.events) { (event) throws(WireError) in try event.decoded() },
            epoch: try BatchDecoder.named("epoch") { () throws(WireError) in try body.epoch?.decoded() } ?? .first,
            absent: try BatchDecoder.each("absent", body.absent ?? []) { (range) throws(WireError) in
                try range.decoded()
            },
            given: try BatchDecoder.named("given") { () throws(WireError) in try body.given?.decoded() }
        )
    }

    private static func latest(_ latest: Latest) -> PositionJSON {
        var position = PositionJSON(latest.position)
        position.boot = latest.boot.rawValue
        position.bootTimeSeconds = Double(PositionRules.deciseconds(latest.position.receivedAt)) / 10
        return position
    }

    private static func boot(_ boot: BootRecord) -> Boot {
        Boot(
            number: UInt64(clamping: boot.number.rawValue),
            boot_id: boot.bootID,
            utc_at_boot_ms: boot.clock?.utcAtBootMilliseconds,
            clock_source: boot.clock?.source.rawValue,
            clock_uncertainty_ms: boot.clock?.uncertaintyMilliseconds
        )
    }

    private static func decode(_ boot: Boot) throws(WireError) -> BootRecord {
        let clock = boot.utc_at_boot_ms.map { offset in
            (
                utcAtBootMilliseconds: offset, source: boot.clock_source ?? "",
                uncertainty: boot.clock_uncertainty_ms ?? 0
            )
        }
        return try BatchRules.boot(number: boot.number, bootID: boot.boot_id, clock: clock)
    }
}
