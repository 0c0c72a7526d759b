import PatrolCore

/// Where and when a night takes place, and by which rules.
struct NightPlan {
    static let zone = CivilZone.fixed(secondsEastOfUTC: 8 * 3600)
    /// 2026-11-24 21:00 in that zone, in milliseconds since 1970.
    static let quietBegins: Int64 = 1_795_449_600_000 + 21 * 3_600_000
    /// Short clips and pauses: most mistakes show where a clip ends near a boundary.
    static let tone = Clip.silence("tone.wav", seconds: 4)
    static let long = Clip.silence("long.wav", seconds: 20)

    /// The school is 300 m wide and lies on the cart's road.
    static let school = 106.302...106.305
    static let latitude = 29.3

    /// Quiet at night, and in front of the school.
    static func settings(bootID: String) -> CartSettings {
        var position = PositionPipeline.Settings(buildDate: WallTime(millisecondsSince1970: quietBegins - 86_400_000))
        position.zones = zones
        var settings = CartSettings(position: position, bootID: bootID)
        let rules = [
            QuietRule(name: "night", schedule: .hours("21:00", "06:00")),
            QuietRule(name: "school", schedule: CivilSchedule(), zones: ["school"]),
        ]
        var loudspeaker = AnnouncerSettings(
            gate: QuietGate(hours: QuietHours(rules: rules, zone: zone)),
            zone: zone,
            programmes: [
                Programme(
                    name: "patrol",
                    clips: [tone.name, long.name],
                    timing: .every(gap: .seconds(3)),
                    schedule: CivilSchedule()
                )
            ],
            clips: nil
        )
        loudspeaker.emergencyInQuietHours = false
        settings.loudspeaker = loudspeaker
        settings.quietZones = ["school"]
        settings.light = .blinking(onMilliseconds: 500, offMilliseconds: 500)
        return settings
    }

    private static var zones: [Zone] {
        let (west, east) = (school.lowerBound, school.upperBound)
        let corners = [(west, 29.299), (east, 29.299), (east, 29.301), (west, 29.301), (west, 29.299)]
        let ring = corners.map { ZonePosition(longitude: $0.0, latitude: $0.1) }
        do {
            return [try Zone(id: "school", name: "西彭小学", kind: .school, polygons: [[ring]])]
        } catch {
            preconditionFailure("the school is no zone: \(error)")
        }
    }
}

extension Clip {
    fileprivate static func silence(_ name: ClipName, seconds: Int64) -> Clip {
        Clip(
            name: name,
            sha256: "\(name)",
            frames: 8000 * seconds,
            sampleRate: 8000,
            channels: 1,
            loudnessLUFS: -16,
            truePeakDBTP: -1
        )
    }
}

extension CivilSchedule {
    fileprivate static func hours(_ begin: String, _ end: String) -> CivilSchedule {
        guard let begin = TimeOfDay(begin), let end = TimeOfDay(end) else { return CivilSchedule() }
        return CivilSchedule(hours: DailyWindow(begin: begin, end: end))
    }
}
