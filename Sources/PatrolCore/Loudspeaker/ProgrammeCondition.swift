/// What a programme may ask of the world before it speaks.
public enum ProgrammeCondition: String, CaseIterable, Sendable {
    /// Its days and hours.
    case schedule
    /// One of its zones.
    case zone
    /// That the vehicle moves.
    case motion
    /// That somebody is on duty.
    case duty

    /// In words, when it has ceased to hold.
    var ended: String {
        switch self {
        case .schedule: "its hours are over"
        case .zone: "the vehicle has left its zones"
        case .motion: "the vehicle stands"
        case .duty: "duty has ended"
        }
    }

    /// In words, when it does not hold.
    var missing: String {
        switch self {
        case .schedule: "it is not its time"
        case .zone: "the vehicle is not in its zones"
        case .motion: "the vehicle stands"
        case .duty: "nobody is on duty"
        }
    }
}
