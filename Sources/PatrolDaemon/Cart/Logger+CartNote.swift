import Logging
import PatrolCore

extension Logger {
    /// One line for what is not on record.
    func log(_ note: Cart.Note) {
        switch note {
        case .receivers(let receivers):
            info(
                "receivers",
                metadata: [
                    "used": "\(receivers.used ?? "none")", "others": "\(receivers.others.joined(separator: ", "))",
                ]
            )
        case .gps(let state): info("gps", metadata: ["state": "\(state)"])
        case .player(let problem): error("the player cannot be started", metadata: ["error": "\(problem)"])
        // The counters in the status say how many, this says which.
        case .refused(let fix, let rejection):
            debug(
                "fix refused",
                metadata: [
                    "reason": "\(rejection.rawValue)", "latitude": "\(Self.text(fix.latitude))",
                    "longitude": "\(Self.text(fix.longitude))", "time": "\(Self.text(fix.time))",
                ]
            )
        }
    }

    private static func text(_ value: (some Any)?) -> String {
        value.map { "\($0)" } ?? "-"
    }
}
