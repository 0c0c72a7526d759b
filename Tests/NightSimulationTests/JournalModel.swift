import PatrolCore

/// The journal's promises, small and exact: two lanes without gaps, an event durable with its state, positions within the
/// commit interval, what is kept of each destination, and memory that is gone with the power.
struct JournalModel {
    /// What the disk does.
    enum Disk: String {
        case works, full, hangs
    }

    private static let commitInterval = Duration.seconds(10)
    private static let maximumEvents = 1000

    /// On disk.
    private(set) var events: [Event] = []
    private(set) var positions: [Position] = []
    private(set) var states: [String: [String: DetailValue]] = [:]
    var destinations: [DestinationModel]

    /// In memory.
    private var unwritten: [(id: RecordID, event: Event, state: KeptState?)] = []
    private var told: Set<RecordID> = []
    private var waiting: [Position] = []
    private var waitingSince: Instant?
    var disk = Disk.works

    /// - Parameter destinations: how many there are.
    init(destinations count: Int) {
        destinations = Array(repeating: DestinationModel(), count: count)
    }

    var odometerMetres: Int64 { positions.last?.odometerMetres ?? 0 }
    var pendingEvents: Int { unwritten.count }

    func isUnwritten(_ id: RecordID) -> Bool { unwritten.contains { $0.id == id } }

    /// When positions have to be committed.
    var commitAt: Instant? { disk == .works ? waitingSince.map { $0 + Self.commitInterval } : nil }

    mutating func append(_ position: Position, at now: Instant) {
        waiting.append(position)
        waitingSince = waitingSince ?? now
    }

    mutating func record(_ id: RecordID, _ event: Event, _ state: KeptState?) {
        unwritten.append((id, event, state))
    }

    /// Lets the disk do what it can.
    /// - Returns: what became of records.
    mutating func work(at now: Instant) -> [(RecordID, Durability)] {
        switch disk {
        case .hangs: return []
        case .full:
            var outcomes: [(RecordID, Durability)] = []
            while unwritten.count > Self.maximumEvents {
                outcomes.append((unwritten.removeLast().id, .lost(reason: "full")))
            }
            let news = unwritten.map(\.id).filter { !told.contains($0) }
            told.formUnion(news)
            return outcomes + news.map { ($0, .waiting(reason: "full")) }
        case .works:
            guard !unwritten.isEmpty || commitAt.map({ $0 <= now }) ?? false else { return [] }
            // What was told to wait goes along with the first that was not; the others have commits of their own.
            let first = unwritten.firstIndex { !told.contains($0.id) }
            let count = first.map { $0 + 1 } ?? unwritten.count
            for (_, event, state) in unwritten[..<count] {
                events.append(event)
                if let state { states[state.name] = state.details }
            }
            let news = first.map { [(unwritten[$0].id, Durability.durable)] } ?? []
            unwritten.removeFirst(count)
            told = []
            positions += waiting
            waiting = []
            waitingSince = nil
            return news
        }
    }

    /// Writes an event that is durable together with a change of what is kept of a destination, or neither.
    /// - Returns: whether the disk takes it.
    mutating func write(_ event: Event, for destination: Int, _ change: (inout DestinationModel) -> Void) -> Bool {
        guard disk == .works, unwritten.isEmpty else { return false }
        events.append(event)
        change(&destinations[destination])
        return true
    }

    /// The power is cut: what was only in memory is gone.
    mutating func losePower() {
        unwritten = []
        told = []
        waiting = []
        waitingSince = nil
        disk = .works
    }

    func backlog(of destination: Int) -> UploadBacklog {
        let kept = destinations[destination]
        func lane(_ lane: Lane, _ count: Int) -> UploadBacklog.LaneBacklog {
            .init(waiting: count - kept.cursor(lane), newest: SequenceNumber(rawValue: Int64(count)))
        }
        return UploadBacklog(
            events: lane(.events, events.count),
            positions: lane(.positions, positions.count),
            retrying: kept.retrying.count
        )
    }

    func count(_ lane: Lane) -> Int { lane == .events ? events.count : positions.count }

    /// What goes next; the index of a slice is the record's number less one.
    func batch(_ plan: BatchPlan, for destination: Int) -> (events: ArraySlice<Event>, positions: ArraySlice<Position>)
    {
        let kept = destinations[destination]
        guard plan.purpose != .retry else {
            guard let next = kept.retrying.first else { return ([], []) }
            let range = (next.number - 1)..<next.number
            return next.lane == .events ? (events[range], []) : ([], positions[range])
        }
        return (
            events.dropFirst(kept.cursor(.events)).prefix(plan.maximumEvents),
            positions.dropFirst(kept.cursor(.positions)).prefix(plan.maximumPositions)
        )
    }
}

/// A record, by its number from 1 on.
struct RecordNumber: Hashable {
    var lane: Lane
    var number: Int
}

/// What the journal keeps of one destination.
struct DestinationModel {
    private var cursors: [Lane: Int] = [:]
    var memory = UploadMemory()
    /// What it refused, and a person has not had sent again with success.
    private(set) var quarantined: Set<RecordNumber> = []
    /// Those of them that a person wants sent again, in their order.
    private(set) var retrying: [RecordNumber] = []

    func cursor(_ lane: Lane) -> Int { cursors[lane] ?? 0 }

    mutating func acknowledge(_ lane: Lane, through number: Int) {
        cursors[lane] = max(cursor(lane), number)
    }

    mutating func quarantine(_ record: RecordNumber, _ memory: UploadMemory) {
        acknowledge(record.lane, through: record.number)
        quarantined.insert(record)
        retrying.removeAll { $0 == record }
        self.memory = memory
    }

    mutating func release(_ record: RecordNumber) {
        quarantined.remove(record)
        retrying.removeAll { $0 == record }
    }

    mutating func retryAll() {
        retrying = quarantined.sorted { ($0.lane.rawValue, $0.number) < ($1.lane.rawValue, $1.number) }
    }
}
