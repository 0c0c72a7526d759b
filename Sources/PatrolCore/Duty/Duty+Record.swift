/// Duty and light in the form of the journal. The names are part of the wire.
extension Duty {
    /// The details of its events.
    func details(lastedSeconds: Int64?, by requester: String) -> [String: DetailValue] {
        var details: [String: DetailValue] = ["duty": .string(kind.rawValue), "by": .string(requester)]
        if let officer { details["officer"] = .string(officer.description) }
        if let lastedSeconds { details["lasted_s"] = .integer(lastedSeconds) }
        return details
    }
}

extension LightEvent {
    /// The name on the wire and in queries.
    var label: EventName {
        switch self {
        case .seen(.off): .lightOff
        case .seen(.blinking): .lightOn
        case .fault: .lightFault
        case .restored: .lightRestored
        }
    }

    /// The details as they are stored and sent.
    public var details: [String: DetailValue] {
        switch self {
        case .seen(.off): [:]
        case .seen(.blinking(let on, let off)): ["on_ms": .integer(Int64(on)), "off_ms": .integer(Int64(off))]
        case .fault(let reason): ["reason": .string(reason)]
        case .restored(let after): ["after_s": .integer(after.milliseconds / 1000)]
        }
    }
}
