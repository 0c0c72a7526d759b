/// The warning light as a machine: on with duty, checked by reading back, repaired when it is found to be different.
///
/// Nothing of the loudspeaker reaches it, quiet hours least of all. At the end of the daemon nothing is written: the
/// kernel goes on blinking.
///
/// **A fault** is told once, when a write fails or the files show something else, and its end is told once. Whatever
/// shows something else is written again at once, and, while the fault lasts, each time that the light is to be
/// verified.
public struct Light: Hashable, Sendable {
    /// What happened.
    public enum Input: Hashable, Sendable {
        /// Duty has begun or ended, or is what it was before the daemon started.
        case duty(isOn: Bool)
        /// A write has ended; `failure` says why it did not succeed, with the path.
        case written(LightSetting, failure: String?)
        /// The light was read back.
        case read(LightReading)
        /// Time to look, say once a minute.
        case verifyDue
    }

    /// What to do about it.
    public enum Action: Hashable, Sendable {
        /// Write the setting, then tell ``Input/written(_:failure:)``.
        case write(LightSetting)
        /// Read the light back, then tell ``Input/read(_:)``.
        case verify
        /// Record that it happened.
        case record(LightEvent)
    }

    private let pattern: LightSetting
    private var state = State.unasked

    private enum State: Hashable {
        /// Nobody has said yet whether the light should be on, so it is left as it is.
        case unasked
        /// It should be as `wanted`, which was ordered, but not yet seen. `fault` is an earlier one that still lasts.
        case ordered(LightSetting, fault: Fault?)
        /// It was seen to be as wanted.
        case confirmed(LightSetting)
        /// It is not as wanted.
        case faulty(LightSetting, Fault)
    }

    private struct Fault: Hashable {
        var since: Instant
        /// The latest reason.
        var reason: String
    }

    /// - Parameter pattern: what the light does on duty.
    public init(pattern: LightSetting) {
        self.pattern = pattern
    }

    /// What the light should do; `nil` before anybody has said.
    public var wanted: LightSetting? {
        switch state {
        case .unasked: nil
        case .ordered(let wanted, _), .confirmed(let wanted), .faulty(let wanted, _): wanted
        }
    }

    /// Why the light is not as it should be, for health; `nil` if nothing is known against it.
    public var fault: String? { lastingFault?.reason }

    /// - Returns: what to do, in order.
    public mutating func handle(_ input: Input, at now: Instant) -> [Action] {
        switch input {
        case .duty(let isOn):
            return order(isOn ? pattern : .off)
        case .written(let setting, let failure):
            // An answer to an order that another has followed says nothing any more.
            guard setting == wanted else { return [] }
            return failure.map { fail($0, repair: false, at: now) } ?? [.verify]
        case .read(.setting(let setting)) where setting == wanted:
            return confirm(setting, at: now)
        case .read(.unreadable(let reason)):
            return fail(reason, repair: false, at: now)
        case .read(let reading):
            guard let wanted else { return [] }
            return fail("it should be \(wanted), but is \(reading)", repair: true, at: now)
        case .verifyDue:
            guard let wanted else { return [] }
            return lastingFault == nil ? [.verify] : [.write(wanted)]
        }
    }

    private var lastingFault: Fault? {
        switch state {
        case .unasked, .confirmed, .ordered(_, fault: nil): nil
        case .ordered(_, .some(let fault)), .faulty(_, let fault): fault
        }
    }

    private mutating func order(_ setting: LightSetting) -> [Action] {
        guard setting != wanted else { return [] }
        state = .ordered(setting, fault: lastingFault)
        return [.write(setting)]
    }

    private mutating func confirm(_ setting: LightSetting, at now: Instant) -> [Action] {
        defer { state = .confirmed(setting) }
        let restored = lastingFault.map { [Action.record(.restored(after: now - $0.since))] } ?? []
        // After a fault of a light that had been seen before, the restoration says it all.
        guard case .ordered = state else { return restored }
        return restored + [.record(.seen(setting))]
    }

    private mutating func fail(_ reason: String, repair: Bool, at now: Instant) -> [Action] {
        guard let wanted else { return [] }
        let lasting = lastingFault
        let fault = Fault(since: lasting?.since ?? now, reason: reason)
        // What was ordered and never seen stays so, to be told when it is.
        if case .ordered = state { state = .ordered(wanted, fault: fault) } else { state = .faulty(wanted, fault) }
        guard lasting == nil else { return [] }
        return [.record(.fault(reason: reason))] + (repair ? [.write(wanted)] : [])
    }
}

/// What is recorded of the light.
public enum LightEvent: Hashable, Sendable {
    /// It was seen to do what duty asked for since ``Light`` was asked last.
    case seen(LightSetting)
    /// It does not; told once until it is restored.
    case fault(reason: String)
    /// It does again.
    case restored(after: Duration)
}
