import HTTPTypes
import HummingbirdCore
import PatrolCore
import PatrolWire

/// The answers 409 to a batch that the store does not take as it is: the form of every error, and beside it what the cart
/// needs to go on.
enum BatchRefusal {
    /// `{"error": {"code": "conflict", …, "lane", "first", "last"}, "acknowledged": {…}}`
    static func conflict(_ stored: StoredBatch, _ lane: Lane, _ range: ClosedRange<Int64>) -> Response {
        response(
            code: "conflict",
            message: "\(lane.rawValue) \(range.lowerBound) to \(range.upperBound) are held here with other content",
            hint: "the numbers were given twice: the journal must go on in a new epoch"
        ) { json in
            json.member("lane", lane.rawValue)
            json.member("first", range.lowerBound)
            json.member("last", range.upperBound)
        } beside: { json in
            lanes(
                "acknowledged",
                stored.events.acknowledged.rawValue,
                stored.positions.acknowledged.rawValue,
                &json
            )
        }
    }

    /// `{"error": {"code": "rolled-back", …}, "held": {"events": n, "positions": n}, "same": {"events": n, "positions": n}}`;
    /// `same` lacks a lane of which the batch holds nothing.
    static func rolledBack(held: PerLane<Int64>, same: PerLane<Int64?>) -> Response {
        response(
            code: "rolled-back",
            message: "events up to \(held.events) and positions up to \(held.positions) are held of this journal, "
                + "which has given fewer",
            hint: "it has come back older than it was: what comes behind \"same\" must go on in a new epoch"
        ) { _ in
        } beside: { json in
            lanes("held", held.events, held.positions, &json)
            json.key("same")
            json.object { json in
                for lane in Lane.allCases {
                    if let number = same[lane] { json.member(lane.rawValue, number) }
                }
            }
        }
    }

    private static func lanes(_ name: String, _ events: Int64, _ positions: Int64, _ json: inout JSONWriter) {
        json.key(name)
        json.object { json in
            json.member("events", events)
            json.member("positions", positions)
        }
    }

    private static func response(
        code: String,
        message: String,
        hint: String,
        inside: (inout JSONWriter) -> Void,
        beside: (inout JSONWriter) -> Void
    ) -> Response {
        var json = JSONWriter()
        json.object { json in
            json.key("error")
            json.object { json in
                json.member("code", code)
                json.member("message", message)
                json.member("hint", hint)
                inside(&json)
            }
            beside(&json)
        }
        return Response(status: .conflict, json: json)
    }
}
