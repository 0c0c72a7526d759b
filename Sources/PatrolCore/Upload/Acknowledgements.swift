/// What an acknowledgement is worth, measured against the batch that it answers.
///
/// The receiver says for each lane up to which record it holds everything. That may lie beyond the batch, where an
/// earlier acknowledgement was lost on the road, but never beyond the newest record there is: such a receiver confuses
/// journals, and what it "holds" is not ours. Only what the batch held is ever counted as acknowledged.
///
/// One that names what it lacks below the batch has lost it, or was never told that it does not come: the lane goes back to
/// there. That is a failed attempt all the same, so that a receiver which lacks the same for ever costs what an outage does.
struct Acknowledgements: Hashable, Sendable {
    /// Up to which record each lane came forward; `nil` for one that did not.
    private(set) var through = PerLane<SequenceNumber?>(both: nil)
    /// How many records came forward.
    private(set) var counts = BatchShape.Counts(events: 0, positions: 0)
    /// To which record each lane goes back; `nil` for one that does not.
    private(set) var rewound = PerLane<SequenceNumber?>(both: nil)
    /// What is wrong with the acknowledgement; the lanes that came forward did so all the same.
    private(set) var fault: String?

    /// Whether any record came forward.
    var advanced: Bool { through != PerLane(both: nil) }
    /// Whether any lane goes back.
    var goesBack: Bool { rewound != PerLane(both: nil) }

    init(
        _ said: PerLane<SequenceNumber>,
        missing: PerLane<SequenceNumber?>,
        of attempt: UploadAttempt,
        _ plan: BatchPlan,
        _ backlog: UploadBacklog
    ) {
        if attempt.isEmpty { fault = "the batch held no records" }
        let sent = attempt.counts(plan)
        for lane in Lane.allCases {
            guard let range = attempt[lane] else { continue }
            let said = said[lane]
            // Of an identity that was given up, others may hold more than there is.
            let newest =
                attempt.isOfEarlierEpoch
                ? SequenceNumber(rawValue: .max) : max(range.upperBound, backlog[lane].newest)
            if said < range.lowerBound, plan.purpose != .retry, let lacked = missing[lane], lacked > said,
                lacked < range.lowerBound
            {
                rewound[lane] = SequenceNumber(rawValue: lacked.rawValue - 1)
                fault = "the receiver lacks \(lane.rawValue) from \(lacked.rawValue) on, and gets them again"
            } else if said < range.lowerBound {
                fault =
                    "the receiver got \(lane.rawValue) \(range.lowerBound.rawValue) to \(range.upperBound.rawValue), "
                    + "but acknowledged only up to \(said.rawValue)"
            } else if said > newest {
                fault =
                    "the receiver acknowledged \(lane.rawValue) up to \(said.rawValue), "
                    + "but the newest there is has the number \(newest.rawValue)"
            } else if said >= range.upperBound {
                counts[lane] = sent[lane]
                through[lane] = range.upperBound
            } else {
                counts[lane] = min(sent[lane], range.width(through: said))
                through[lane] = said
            }
        }
    }
}

extension Acknowledgements {
    /// Of what the receiver holds although it did not take the batch.
    /// - Parameter through: within the batch; `nil` for a lane that does not come forward.
    init(through: PerLane<SequenceNumber?>, of attempt: UploadAttempt, _ plan: BatchPlan) {
        self.through = through
        let sent = attempt.counts(plan)
        for lane in Lane.allCases {
            guard let range = attempt[lane], let through = through[lane] else { continue }
            counts[lane] = min(sent[lane], range.width(through: through))
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
