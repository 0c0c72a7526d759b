import HTTPTypes
import HummingbirdCore
import PatrolCore
import PatrolHTTPServer
import PatrolSQLite
import PatrolWire

extension StoreQueries {
    /// What happened to a journal or to the store shows so long.
    private static let alarmDuration = Duration.seconds(24 * 3600)

    /// One thing that was looked at; `problem` is `nil` if it is fine.
    typealias HealthCheck = (name: String, problem: String?, fine: String)

    /// What somebody could put right.
    func healthChecks() async -> [HealthCheck] {
        // Looks at the file, so that a mistake shows here and not only when the next batch comes.
        _ = await tokens.current()
        var checks: [HealthCheck] = [
            ("store", condition.failure, "batches can be stored"),
            ("integrity", await integrity(), "what was read is what was written"),
            ("journals", await journals(), "no number came twice with other content"),
            ("tokens", await tokens.problem, "the file of tokens is in force"),
        ]
        if let tls { checks.append(("tls", tls.problem(at: systemTime()), "the certificate is in force")) }
        return checks
    }

    /// `GET /v1/health`: 200 if the collector can do its work, else 503.
    func health() async -> Response {
        let checks = await healthChecks()
        let isFine = checks.allSatisfy { $0.problem == nil }
        var json = JSONWriter()
        json.object { json in
            json.member("state", isFine ? "ok" : "degraded")
            json.key("checks")
            json.array { json in
                for (name, problem, fine) in checks {
                    json.object { json in
                        json.member("name", name)
                        json.member("state", problem == nil ? "ok" : "degraded")
                        json.member("message", problem ?? fine)
                    }
                }
            }
        }
        return Response(status: isFine ? .ok : .serviceUnavailable, json: json)
    }

    /// What of the store is damaged.
    private func integrity() async -> String? {
        if let found = condition.damage { return found }
        do throws(SQLiteError) {
            let ranges = try await reader.damaged(since: systemTime() + (.zero - Self.alarmDuration))
            guard let first = ranges.first else { return nil }
            return "\(ranges.count) damaged blocks were put aside, the last one of \(first)"
        } catch {
            return "the store cannot be read: \(error.reason)"
        }
    }

    /// Which journals gave numbers twice.
    private func journals() async -> String? {
        // A store that cannot be read shows in its own line.
        guard let vehicles = try? await reader.vehicles() else { return nil }
        let since = systemTime() + (.zero - Self.alarmDuration)
        var alarms: [String] = []
        for vehicle in vehicles {
            for journal in vehicle.journals {
                if let conflict = journal.conflict, conflict.time >= since {
                    let range = "\(conflict.range.lowerBound) to \(conflict.range.upperBound)"
                    alarms.append("\(vehicle.name): \(conflict.lane.rawValue) \(range) came with other content")
                } else if let time = journal.rolledBack, time >= since {
                    alarms.append("\(vehicle.name): its journal came back older than it was")
                }
            }
        }
        return alarms.isEmpty ? nil : alarms.joined(separator: "; ")
    }
}
