import FoundationEssentials
import PatrolCore

extension Reply {
    /// What a 409 of the collector says of the batch; `nil` if it is none of its two forms:
    /// `{"error": {"code": "rolled-back", …}, "held": {…}, "same": {"events": n, "positions": n}}` and
    /// `{"error": {"code": "conflict", …, "lane", "first", "last"}, "acknowledged": {"events": n, "positions": n}}`.
    var contradiction: Contradiction? {
        guard status == 409, ownError != nil, case .complete(let bytes) = body else { return nil }
        let form: Form
        do {
            form = try JSONDecoder().decode(Form.self, from: Data(bytes))
        } catch {
            // Then it is a refusal of another kind.
            return nil
        }
        switch form.error.code {
        case "rolled-back":
            return Contradiction(
                agreed: Self.numbers(form.same),
                first: PerLane(both: nil),
                isRolledBack: true
            )
        case "conflict":
            guard let lane = form.error.lane.flatMap(Lane.init(rawValue:)), let number = form.error.first, number > 0
            else { return nil }
            var first = PerLane<SequenceNumber?>(both: nil)
            first[lane] = SequenceNumber(rawValue: number)
            return Contradiction(agreed: Self.numbers(form.acknowledged), first: first, isRolledBack: false)
        default:
            return nil
        }
    }

    private static func numbers(_ lanes: Form.Lanes?) -> PerLane<SequenceNumber?> {
        func number(_ value: Int64?) -> SequenceNumber? {
            value.flatMap { $0 >= 0 ? SequenceNumber(rawValue: $0) : nil }
        }
        return PerLane(events: number(lanes?.events), positions: number(lanes?.positions))
    }

    private struct Form: Decodable {
        struct Lanes: Decodable {
            var events: Int64?
            var positions: Int64?
        }

        struct Problem: Decodable {
            var code: String
            var lane: String?
            var first: Int64?
        }

        var error: Problem
        var same: Lanes?
        var acknowledged: Lanes?
    }
}
