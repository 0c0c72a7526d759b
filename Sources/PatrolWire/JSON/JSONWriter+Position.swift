public import PatrolCore

/// Positions straight into JSON, as ``PositionJSON`` and ``PositionFeature`` say them: a day has 86,400, and an encoder that looks at
/// types as it runs takes thirty times as long.
extension JSONWriter {
    /// The same object as ``PositionJSON`` for a recorded position.
    /// - Parameters:
    ///   - time: the time to show.
    ///   - isCorrected: whether `time` comes from the boot's clock.
    public mutating func position(_ recorded: Recorded<Position>, time: WallTime?, isCorrected: Bool) {
        let position = recorded.record
        object { json in
            json.member("altitude_m", fixed: position.altitudeDecimetres, places: 1)
            json.member("boot", recorded.boot.rawValue)
            json.member("boot_time_s", fixed: PositionRules.deciseconds(position.receivedAt), places: 1)
            if isCorrected {
                json.key("corrected")
                json.bool(true)
            }
            json.member("course_deg", fixed: position.courseDecidegrees, places: 1)
            json.member("horizontal_error_m", fixed: position.horizontalErrorDecimetres, places: 1)
            json.member("latitude", fixed: position.coordinate.latitudeE7, places: 7)
            json.member("longitude", fixed: position.coordinate.longitudeE7, places: 7)
            json.member("mode", position.mode.rawValue)
            json.member("odometer_m", position.odometerMetres)
            json.member("satellites", position.satellitesUsed)
            json.member("sequence", recorded.sequence.rawValue)
            json.member("speed_mps", fixed: position.speedCentimetresPerSecond, places: 2)
            if position.status != 0 { json.member("status", position.status) }
            json.member("time", time: time)
            if position.timeMark != .plausible { json.member("time_mark", position.timeMark.name) }
        }
    }

    /// The same object as ``PositionFeature`` (RFC 7946).
    public mutating func feature(_ recorded: Recorded<Position>, time: WallTime?, isCorrected: Bool) {
        let position = recorded.record
        object { json in
            json.key("geometry")
            json.object { json in
                json.key("coordinates")
                json.array { json in
                    json.fixed(Int64(position.coordinate.longitudeE7), places: 7)
                    json.fixed(Int64(position.coordinate.latitudeE7), places: 7)
                    if let altitude = position.altitudeDecimetres { json.fixed(Int64(altitude), places: 1) }
                }
                json.member("type", "Point")
            }
            json.key("properties")
            json.position(recorded, time: time, isCorrected: isCorrected)
            json.member("type", "Feature")
        }
    }
}
