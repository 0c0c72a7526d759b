/// What an acknowledgement is worth, measured against the batch that it answers.
///
/// The receiver says for each lane up to which record it holds everything. That may lie beyond the batch, where an
/// earlier acknowledgement was lost on the road, but never beyond the newest record there is: such a receiver confuses
/// journals, and what it "holds" is not ours. Only what the batch held is ever counted as acknowledged.
struct Acknowledgements: Hashable, Sendable {
    /// One for each lane that came forward.
    private(set) var actions: [UploadMachine.Action] = []
    /// How many records came forward.
    private(set) var counts = BatchShape.Counts(events: 0, positions: 0)
    /// What is wrong with the acknowledgement; the lanes that came forward did so all the same.
    private(set) var fault: String?

    /// Whether any record came forward.
    var advanced: Bool { !actions.isEmpty }

    init(
        events: SequenceNumber,
        positions: SequenceNumber,
        of attempt: UploadAttempt,
        _ plan: BatchPlan,
        _ backlog: UploadBacklog
    ) {
        if attempt.isEmpty { fault = "the batch held no records" }
        let sent = attempt.counts(plan)
        for (lane, through) in [(Lane.events, events), (.positions, positions)] {
            guard let range = attempt[lane] else { continue }
            let newest = max(range.upperBound, backlog[lane].newest)
            if through < range.lowerBound {
                fault =
                    "the receiver got \(lane.rawValue) \(range.lowerBound.rawValue) to \(range.upperBound.rawValue), "
                    + "but acknowledged only up to \(through.rawValue)"
            } else if through > newest {
                fault =
                    "the receiver acknowledged \(lane.rawValue) up to \(through.rawValue), "
                    + "but the newest there is has the number \(newest.rawValue)"
            } else if through >= range.upperBound {
                counts[lane] = sent[lane]
                actions.append(.acknowledge(lane, through: range.upperBound))
            } else {
                counts[lane] = min(sent[lane], range.width(through: through))
                actions.append(.acknowledge(lane, through: through))
            }
        }
    }
}

extension UploadAttempt {
    /// Whether the batch held no record at all.
    var isEmpty: Bool { events == nil && positions == nil }

    /// How many records of each lane the batch held. A lane with gaps has fewer than its range is wide; the plan bounds it.
    func counts(_ plan: BatchPlan) -> BatchShape.Counts {
        var counts = BatchShape.Counts(events: 0, positions: 0)
        for lane in Lane.allCases {
            guard let range = self[lane] else { continue }
            counts[lane] = min(range.width(through: range.upperBound), max(1, plan[lane]))
        }
        return counts
    }
}

extension ClosedRange<SequenceNumber> {
    /// How many numbers lie between the lower end and `through`, both included; saturates.
    fileprivate func width(through: SequenceNumber) -> Int {
        let (difference, overflow) = through.rawValue.subtractingReportingOverflow(lowerBound.rawValue)
        return overflow || difference == .max ? .max : Int(difference) + 1
    }
}
