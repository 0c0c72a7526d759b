/// A zone's offsets over some years as a list, so that another program can show the vehicle's time without knowing the
/// zone's rules: the list says what the daemon itself goes by.
public struct CivilOffsets: Hashable, Sendable {
    /// From a time on there is another offset.
    public struct Change: Hashable, Sendable {
        /// The first time of the new offset.
        public var at: WallTime
        /// What to add to UTC from then on, in seconds.
        public var secondsEastOfUTC: Int

        /// See the properties.
        public init(at: WallTime, secondsEastOfUTC: Int) {
            self.at = at
            self.secondsEastOfUTC = secondsEastOfUTC
        }
    }

    /// As the zone database calls the zone.
    public var name: String
    /// What to add to UTC before the first change, in seconds.
    public var secondsEastOfUTC: Int
    /// In the order of time.
    public var changes: [Change]

    /// See the properties.
    public init(name: String, secondsEastOfUTC: Int, changes: [Change]) {
        self.name = name
        self.secondsEastOfUTC = secondsEastOfUTC
        self.changes = changes
    }

    /// What a zone's offset is from one time to another; before and after it counts as it is at the ends. The zone is
    /// asked four times a day.
    public init(of zone: CivilZone, from begin: WallTime, through end: WallTime) {
        self.init(name: zone.name, secondsEastOfUTC: zone.secondsEastOfUTC(at: begin), changes: [])
        var time = begin
        while let jump = zone.firstJump(after: time, through: end) {
            changes.append(Change(at: jump, secondsEastOfUTC: zone.secondsEastOfUTC(at: jump)))
            time = jump
        }
    }

    /// The zone as far as the list tells it.
    public var zone: CivilZone {
        let (changes, first) = (changes, secondsEastOfUTC)
        return CivilZone(name: name) { time in changes.last { $0.at <= time }?.secondsEastOfUTC ?? first }
    }
}
