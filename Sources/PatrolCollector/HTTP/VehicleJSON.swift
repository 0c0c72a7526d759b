import PatrolCore
import PatrolWire

/// A vehicle as `GET /v1/vehicles` lists it.
enum VehicleJSON {
    static func object(_ vehicle: VehicleSummary, at now: WallTime, to json: inout JSONWriter) {
        json.object { json in
            json.member("id", vehicle.name)
            json.member("last_heard", RecordJSON.text(vehicle.heard))
            json.member("last_heard_s_ago", fixed: age(of: vehicle.heard, at: now), places: 3)
            json.member("events", vehicle.journals.map(\.events.held).reduce(0, +))
            json.member("positions", vehicle.journals.map(\.positions.held).reduce(0, +))
            json.key("journals")
            json.array { json in
                for journal in vehicle.journals { object(journal, to: &json) }
            }
            guard let latest = vehicle.latest else { return }
            json.key("latest")
            json.object { json in
                json.member("age_s", fixed: age(of: latest.time.time, at: now), places: 3)
                json.key("position")
                RecordJSON.object(latest, to: &json)
            }
        }
    }

    private static func object(_ journal: JournalSummary, to json: inout JSONWriter) {
        json.object { json in
            json.member("id", journal.id)
            if journal.epoch.number > 1 {
                json.member("epoch", journal.epoch.number)
                json.member("epoch_reason", journal.epoch.reason)
                json.member("previous", journal.epoch.previous)
            }
            for (name, lane) in [("events", journal.events), ("positions", journal.positions)] {
                json.key(name)
                object(lane, to: &json)
            }
            json.member("repeated", journal.repeated)
            json.member("conflicting", journal.conflicting)
            if let conflict = journal.conflict {
                json.key("conflict")
                json.object { json in
                    json.member("lane", conflict.lane.rawValue)
                    range(conflict.range, to: &json)
                    json.member("time", RecordJSON.text(conflict.time))
                }
            }
            json.member("rolled_back", journal.rolledBack.map(RecordJSON.text))
        }
    }

    private static func object(_ lane: JournalSummary.LaneSummary, to json: inout JSONWriter) {
        json.object { json in
            json.member("held", lane.held)
            json.member("last", lane.last)
            json.member("complete", lane.complete)
            json.member("missing", lane.missing)
            if !lane.gaps.isEmpty {
                json.key("gaps")
                json.array { json in
                    for gap in lane.gaps { json.object { range(gap, to: &$0) } }
                }
            }
            if !lane.absences.isEmpty {
                json.member("absent", lane.absent)
                json.key("absent_ranges")
                json.array { json in
                    for absent in lane.absences { object(absent, to: &json) }
                }
            }
            if lane.expired > 0 { json.member("expired", lane.expired) }
        }
    }

    private static func object(_ absent: LaneAccount.Absent, to json: inout JSONWriter) {
        json.object { json in
            range(absent.range, to: &json)
            json.member("count", absent.count)
            json.member("reason", absent.reason)
            if let times = absent.times {
                json.member("from", RecordJSON.text(WallTime(millisecondsSince1970: times.lowerBound)))
                json.member("to", RecordJSON.text(WallTime(millisecondsSince1970: times.upperBound)))
            }
        }
    }

    private static func range(_ range: ClosedRange<Int64>, to json: inout JSONWriter) {
        json.member("first", range.lowerBound)
        json.member("last", range.upperBound)
    }

    /// Milliseconds; never negative, however the two clocks differ.
    private static func age(of time: WallTime, at now: WallTime) -> Int64 {
        max(0, (now - time).milliseconds)
    }
}
