/// A time in which the loudspeaker is silent, everywhere or in some zones.
public struct QuietRule: Hashable, Sendable {
    /// What people call it: `night`, `exams`.
    public let name: String
    /// When it holds.
    public let schedule: CivilSchedule
    /// The ids of the zones in which it holds: in any of them. `nil` for everywhere.
    public let zones: Set<String>?

    /// See the properties.
    public init(name: String, schedule: CivilSchedule, zones: Set<String>? = nil) {
        self.name = name
        self.schedule = schedule
        self.zones = zones
    }

    /// Whether it concerns a cart that is in these zones.
    func applies(inZones present: Set<String>) -> Bool {
        zones.map { !$0.isDisjoint(with: present) } ?? true
    }
}

/// When the loudspeaker has to be silent: whenever one of the rules holds that apply where the cart is.
public struct QuietHours: Sendable {
    /// In the order of the configuration.
    public let rules: [QuietRule]
    /// Whose calendar and clock the rules mean.
    public let zone: CivilZone

    /// See the properties.
    public init(rules: [QuietRule], zone: CivilZone) {
        self.rules = rules
        self.zone = zone
    }

    /// The first of the rules that hold at a time where the cart is; `nil` if it may be heard.
    /// - Parameter present: the ids of the zones that the cart is in; ids of which no rule speaks do not matter.
    public func rule(at time: WallTime, inZones present: Set<String>) -> QuietRule? {
        let civil = zone.civilTime(at: time)
        return rules.first { $0.applies(inZones: present) && $0.schedule.contains(civil) }
    }

    /// When quiet next begins or ends for a cart that stays where it is: strictly after `time`, the first time of the
    /// other kind; `nil` if it never does. Where one rule follows another without a gap there is none.
    public func nextBoundary(after time: WallTime, inZones present: Set<String>) -> WallTime? {
        zone.nextChange(after: time, of: rules.filter { $0.applies(inZones: present) }.map(\.schedule))
    }

    /// When another rule may come to be the one that holds for a cart that stays where it is: strictly after `time`, the
    /// first time at which one that applies begins or ends; `nil` if none ever does.
    public func nextEdge(after time: WallTime, inZones present: Set<String>) -> WallTime? {
        rules.filter { $0.applies(inZones: present) }
            .compactMap { zone.nextChange(after: time, of: [$0.schedule]) }
            .min()
    }
}
