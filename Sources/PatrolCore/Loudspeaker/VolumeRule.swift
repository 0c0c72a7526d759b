/// A change of the volume at some times and in some places: softer in the evening, softer near homes.
public struct VolumeRule: Hashable, Sendable {
    /// When it holds, in civil time.
    public let schedule: CivilSchedule
    /// The ids of the zones in which it holds: in any of them. `nil` for everywhere.
    public let zones: Set<String>?
    /// On top of everything else, in dB.
    public let decibels: Double

    /// See the properties.
    public init(schedule: CivilSchedule, zones: Set<String>?, decibels: Double) {
        self.schedule = schedule
        self.zones = zones
        self.decibels = decibels
    }

    /// The change at a civil time in some zones: of several rules that hold, the lowest; 0 dB without one.
    static func decibels(of rules: [VolumeRule], at time: CivilTime, inZones present: Set<String>) -> Double {
        rules.filter { rule in
            rule.schedule.contains(time) && rule.zones.map { !$0.isDisjoint(with: present) } ?? true
        }
        .map(\.decibels).min() ?? 0
    }
}
