import PatrolCore
import PatrolSystem
import PatrolVehicle

extension Configuration {
    /// One line about what the configuration makes the daemon do.
    public var summary: String {
        let targets = destinations.map { "\($0.name) (\($0.url))" }
        return
            "\(vehicle) reads gpsd at \(gps.address), keeps its journal in \(journal.folder) and uploads to "
            + (targets.isEmpty ? "nobody" : targets.joined(separator: ", "))
    }

    /// What is wrong with the files that the configuration names.
    ///
    /// The daemon starts all the same, because a cart must record even if it cannot upload; `patrold check` and the
    /// log say so.
    public func fileProblems() -> [ConfigurationProblem] {
        uploadProblems() + voiceProblems() + overProblems() + lightProblems() + timeZoneProblems()
            + receiverProblems() + missingZoneProblems()
    }

    /// What held once and never will again, by the system's date: a fitter copies last year's file.
    private func overProblems() -> [ConfigurationProblem] {
        guard let loudspeaker else { return [] }
        let zone = vehicleZone().zone
        let today = zone.civilTime(at: Clocks.system.systemTime()).date
        let hours = QuietHours(rules: loudspeaker.quiet, zone: zone)
        func over(_ dates: ClosedRange<CivilDate>?) -> String? {
            dates.flatMap { $0.upperBound < today ? "is over since \($0.upperBound); it is \(today)" : nil }
        }
        return loudspeaker.quiet.compactMap { rule in
            over(rule.schedule.dates).map { ConfigurationProblem(key: "quiet \"\(rule.name)\"", message: $0) }
        }
            + loudspeaker.programmes.compactMap { programme in
                var reason = over(programme.schedule.dates)
                if reason == nil, case .never(let never) = programme.sounds(between: hours, since: today) {
                    reason = "will never sound again: \(never)"
                }
                return reason.map { ConfigurationProblem(key: "programme \"\(programme.name)\"", message: $0) }
            }
    }
}
