import FoundationEssentials
import PatrolCore

// What the messages of `patrol.proto` mean, apart from the blocks.

extension Patrol_V1_Latest {
    init(_ latest: Latest) throws(WireError) {
        let numbers = PositionRules.numbers(latest.position)
        // The same rules as for a record, so that every number below fits its field.
        _ = try PositionRules.position(numbers)
        self.init()
        boot = UInt64(clamping: latest.boot.rawValue)
        receivedDs = numbers.receivedDeciseconds
        if let time = numbers.timeMilliseconds { timeMs = time }
        timeMark = UInt32(clamping: numbers.timeMark)
        latitudeE7 = latest.position.coordinate.latitudeE7
        longitudeE7 = latest.position.coordinate.longitudeE7
        if let altitude = latest.position.altitudeDecimetres { altitudeDm = altitude }
        if let speed = latest.position.speedCentimetresPerSecond { speedCmps = UInt32(clamping: speed) }
        if let course = latest.position.courseDecidegrees { courseDdeg = UInt32(clamping: course) }
        if let error = latest.position.horizontalErrorDecimetres { horizontalErrorDm = UInt32(clamping: error) }
        if let used = latest.position.satellitesUsed { satellites = UInt32(used) }
        mode = UInt32(latest.position.mode.rawValue)
        status = UInt32(latest.position.status)
        odometerM = numbers.odometerMetres
    }

    func decoded() throws(WireError) -> Latest {
        let numbers = PositionNumbers(
            receivedDeciseconds: receivedDs,
            timeMilliseconds: hasTimeMs ? timeMs : nil,
            timeMark: Int64(timeMark),
            latitudeE7: Int64(latitudeE7),
            longitudeE7: Int64(longitudeE7),
            altitudeDecimetres: hasAltitudeDm ? Int64(altitudeDm) : nil,
            speedCentimetresPerSecond: hasSpeedCmps ? Int64(speedCmps) : nil,
            courseDecidegrees: hasCourseDdeg ? Int64(courseDdeg) : nil,
            horizontalErrorDecimetres: hasHorizontalErrorDm ? Int64(horizontalErrorDm) : nil,
            satellitesUsed: hasSatellites ? Int64(satellites) : nil,
            mode: Int64(mode),
            status: Int64(status),
            odometerMetres: odometerM
        )
        return Latest(boot: try PositionRules.boot(boot), position: try PositionRules.position(numbers))
    }
}

extension Patrol_V1_Boot {
    init(_ boot: BootRecord) {
        self.init()
        number = UInt64(clamping: boot.number.rawValue)
        bootID = boot.bootID
        guard let known = boot.clock else { return }
        clock.utcAtBootMs = known.utcAtBootMilliseconds
        clock.source = known.source.rawValue
        clock.uncertaintyMs = known.uncertaintyMilliseconds
    }

    func decoded() throws(WireError) -> BootRecord {
        try BatchRules.boot(
            number: number,
            bootID: bootID,
            clock: hasClock
                ? (utcAtBootMilliseconds: clock.utcAtBootMs, source: clock.source, uncertainty: clock.uncertaintyMs)
                : nil
        )
    }
}

extension Patrol_V1_Event {
    init(_ event: Recorded<StoredEvent>) {
        self.init()
        sequence = UInt64(clamping: event.sequence.rawValue)
        boot = UInt64(clamping: event.boot.rawValue)
        atMs = event.record.at.millisecondsSinceBoot
        if let time = event.record.time { timeMs = time.millisecondsSince1970 }
        if let coordinate = event.record.coordinate {
            place.latitudeE7 = coordinate.latitudeE7
            place.longitudeE7 = coordinate.longitudeE7
        }
        kind = event.record.name
        detailsJson = DetailsJSON.encode(event.record.details)
    }

    func decoded() throws(WireError) -> Recorded<StoredEvent> {
        guard detailsJson.utf8.count <= BatchRules.maximumDetailsBytes else {
            throw .outOfRange(
                "details_json",
                detailsJson.utf8.count,
                allowed: "at most \(BatchRules.maximumDetailsBytes) bytes"
            )
        }
        var coordinate: Coordinate?
        if hasPlace {
            coordinate = Coordinate(latitudeE7: place.latitudeE7, longitudeE7: place.longitudeE7)
            guard coordinate != nil else {
                throw WireError(
                    field: "place",
                    reason: "is \(place.latitudeE7), \(place.longitudeE7); allowed: ±900000000, ±1800000000"
                )
            }
        }
        return try BatchRules.event(
            sequence: sequence,
            boot: boot,
            atMilliseconds: atMs,
            timeMilliseconds: hasTimeMs ? timeMs : nil,
            coordinate: coordinate,
            kind: kind,
            details: try DetailsJSON.decode(detailsJson)
        )
    }
}
