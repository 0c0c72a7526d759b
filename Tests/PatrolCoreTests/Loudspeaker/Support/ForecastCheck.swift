@testable import PatrolCore

/// Holds what the status says to come next against what comes: if nothing happens from outside, it must be that.
struct ForecastCheck {
    /// What was said, once it was.
    private enum Said {
        case nothing
        case forecast(AnnouncerStatus.Next?)
    }

    private var said = Said.nothing
    /// How many were held against what came.
    private(set) var checked = 0
    /// Whether the machine heard of the start of what sounds when it was: else it takes the clip's end for later than it is.
    var knowsStart = true

    /// A wake-up may be late by 50 ms, and a player's end is told 3 ms after it, each time.
    private static let tolerance: Duration = .milliseconds(400)
    /// Where a clip fits in front of quiet by less than this, lateness decides.
    private static let borderline: Duration = .milliseconds(200)

    /// Something was handled.
    /// - Parameters:
    ///   - input: what; that of a player that did as it was told, or a wake-up in time, is what was foreseen.
    ///   - isForeseen: whether it is one of these.
    /// - Returns: what is wrong.
    mutating func follow(_ actions: [Announcer.Action], isForeseen: Bool, _ announcer: Announcer, at now: Instant)
        -> String?
    {
        if !isForeseen { said = .nothing }
        guard case .forecast(let next) = said else { return nil }
        for action in actions {
            guard case .play(let order) = action else { continue }
            said = .nothing
            checked += 1
            if next?.clip == order.clip.name, next?.programme == order.programme, next?.priority == order.priority,
                let at = next?.at, Self.isNear(at, now)
            {
                return nil
            }
            if Self.isBorderline(announcer, at: now) { return nil }
            return "it plays \(order.clip.name) of \(order.programme ?? "-"), and said \(String(describing: next))"
        }
        if let at = next?.at, now > at + Self.tolerance, !Self.isBorderline(announcer, at: now) {
            said = .nothing
            return "nothing plays, and it said \(String(describing: next))"
        }
        return nil
    }

    /// Asks what comes next, if that can be told exactly: not while a player is on its way.
    mutating func ask(_ announcer: Announcer) {
        guard case .nothing = said, !announcer.isShutDown else { return }
        switch announcer.floor.state {
        case .free: said = .forecast(announcer.forecast)
        case .sounding where knowsStart: said = .forecast(announcer.forecast)
        case .sounding, .starting, .stopping: break
        }
    }

    private static func isNear(_ left: Instant, _ right: Instant) -> Bool {
        max(left - right, right - left) <= tolerance
    }

    private static func isBorderline(_ announcer: Announcer, at now: Instant) -> Bool {
        guard let deadline = announcer.context.deadline(isExempt: false) else { return false }
        return (announcer.context.clips.checked ?? [:]).values.contains { clip in
            let spare = deadline - (now + announcer.context.settings.startAllowance + clip.duration)
            return max(spare, .zero - spare) < borderline
        }
    }
}

extension AnnouncerWorld {
    /// Checks what was said to come next.
    mutating func follow(_ input: Announcer.Input, _ actions: [Announcer.Action]) {
        let isForeseen: Bool
        switch input {
        case .wakeUp: isForeseen = !isLate
        case .playStarted:
            isForeseen = true
            prophecy.knowsStart = !isLate
        case .playEnded(_, let end): isForeseen = [.finished, .deadline, .stopped].contains(end.how) && !isLate
        default: isForeseen = false
        }
        if let complaint = prophecy.follow(actions, isForeseen: isForeseen, announcer, at: now) { complain(complaint) }
        // It costs as much as all the rest, so not every night is asked.
        if asksForForecasts { prophecy.ask(announcer) }
    }
}
