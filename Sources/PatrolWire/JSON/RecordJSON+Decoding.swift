import PatrolCore

// The way back from JSON's numbers to the wire's integers: scaled and rounded, then checked like any other.

extension PositionJSON {
    func bootNumber() throws(WireError) -> UInt64 {
        guard let boot else { throw WireError(field: "boot", reason: "is missing; allowed: 1 or more") }
        return UInt64(clamping: boot)
    }

    func decoded() throws(WireError) -> Position {
        guard let bootTimeSeconds else {
            throw WireError(field: "boot_time_s", reason: "is missing; allowed: 0 or more")
        }
        var time: WallTime?
        if let text = self.time {
            time = try wallTime(text)
        }
        var mark = time == nil ? TimeMark.missing : .plausible
        if let name = timeMark {
            guard let named = TimeMark.allCases.first(where: { $0.name == name }) else {
                let names = TimeMark.allCases.map(\.name).joined(separator: ", ")
                throw WireError(field: "time_mark", reason: "is \"\(name.prefix(64))\"; allowed: \(names)")
            }
            mark = named
        }
        return try PositionRules.position(
            PositionNumbers(
                receivedDeciseconds: try scaled(bootTimeSeconds, 10, "boot_time_s"),
                timeMilliseconds: time?.millisecondsSince1970,
                timeMark: Int64(mark.rawValue),
                latitudeE7: try scaled(latitude, 1e7, "latitude"),
                longitudeE7: try scaled(longitude, 1e7, "longitude"),
                altitudeDecimetres: try scaled(altitudeMetres, 10, "altitude_m"),
                speedCentimetresPerSecond: try scaled(speedMetresPerSecond, 100, "speed_mps"),
                courseDecidegrees: try scaled(courseDegrees, 10, "course_deg"),
                horizontalErrorDecimetres: try scaled(horizontalErrorMetres, 10, "horizontal_error_m"),
                satellitesUsed: satellites.map(Int64.init),
                mode: Int64(mode),
                status: Int64(status ?? 0),
                odometerMetres: odometerMetres
            )
        )
    }
}

extension EventJSON {
    func decoded() throws(WireError) -> Recorded<StoredEvent> {
        var coordinate: Coordinate?
        if let latitude, let longitude {
            coordinate = Coordinate(latitude: latitude, longitude: longitude)
        }
        guard (coordinate == nil) == (latitude == nil && longitude == nil) else {
            throw WireError(
                field: "latitude, longitude",
                reason: "are no place; allowed: both, ±90 and ±180, or neither"
            )
        }
        let size = details.reduce(0) { $0 + $1.key.utf8.count + $1.value.value.text.utf8.count }
        guard size <= BatchRules.maximumDetailsBytes else {
            throw .outOfRange("details", size, allowed: "at most \(BatchRules.maximumDetailsBytes) bytes")
        }
        var milliseconds: Int64?
        if let time { milliseconds = try wallTime(time).millisecondsSince1970 }
        return try BatchRules.event(
            sequence: UInt64(clamping: sequence),
            boot: UInt64(clamping: boot),
            atMilliseconds: try scaled(bootTimeSeconds, 1000, "boot_time_s"),
            timeMilliseconds: milliseconds,
            coordinate: coordinate,
            kind: kind,
            details: details.mapValues(\.value)
        )
    }
}

private func wallTime(_ text: String) throws(WireError) -> WallTime {
    guard let time = WallTime(iso8601: text) else {
        throw WireError(field: "time", reason: "is \"\(text.prefix(64))\"; allowed: RFC 3339")
    }
    return time
}

private func scaled(_ value: Double?, _ scale: Double, _ field: String) throws(WireError) -> Int64? {
    guard let value else { return nil }
    return try scaled(value, scale, field) as Int64
}

private func scaled(_ value: Double, _ scale: Double, _ field: String) throws(WireError) -> Int64 {
    let product = (value * scale).rounded()
    guard product.magnitude < 9e15 else {
        throw WireError(field: field, reason: "is \(value); allowed: less than \(9e15 / scale)")
    }
    return Int64(product)
}
