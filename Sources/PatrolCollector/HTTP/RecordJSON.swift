import PatrolCore
import PatrolWire

/// How positions and events are written; the names are those that patrold uses on its socket.
enum RecordJSON {
    /// The members of a position besides its place.
    static func members(of held: HeldPosition, to json: inout JSONWriter) {
        let position = held.position
        members(of: held.time, to: &json)
        if position.timeMark != .plausible { json.member("time_mark", position.timeMark.name) }
        json.member("speed_mps", fixed: position.speedCentimetresPerSecond, places: 2)
        json.member("course_deg", fixed: position.courseDecidegrees, places: 1)
        json.member("horizontal_error_m", fixed: position.horizontalErrorDecimetres, places: 1)
        json.member("satellites", position.satellitesUsed)
        json.member("mode", position.mode.rawValue)
        json.member("status", position.status)
        json.member("odometer_m", position.odometerMetres)
    }

    /// `time` if anybody knows it, `corrected` if that came from the boot's clock; else `arrived`, which is later.
    static func members(of time: EffectiveTime, to json: inout JSONWriter) {
        json.member(time.source == .arrival ? "arrived" : "time", time: time.time)
        if time.source == .bootClock {
            json.key("corrected")
            json.bool(true)
        }
    }

    /// A position with its place, as one object.
    static func object(_ held: HeldPosition, to json: inout JSONWriter) {
        json.object { json in
            json.member("latitude", fixed: held.position.coordinate.latitudeE7, places: 7)
            json.member("longitude", fixed: held.position.coordinate.longitudeE7, places: 7)
            json.member("altitude_m", fixed: held.position.altitudeDecimetres, places: 1)
            members(of: held, to: &json)
        }
    }

    static func object(_ event: Paged<HeldEvent>, to json: inout JSONWriter) {
        json.object { json in
            json.member("journal", event.journal)
            json.member("sequence", event.sequence)
            json.member("kind", event.record.kind)
            members(of: event.record.time, to: &json)
            json.member("latitude", fixed: event.record.coordinate?.latitudeE7, places: 7)
            json.member("longitude", fixed: event.record.coordinate?.longitudeE7, places: 7)
            json.key("details")
            json.json(event.record.details)
        }
    }

    /// RFC 3339, whose years have four digits: what lies outside of them is shown as the nearest that has.
    static func text(_ time: WallTime) -> String {
        min(max(time, TimeText.earliest), TimeText.latest).description
    }
}
