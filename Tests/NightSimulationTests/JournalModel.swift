import PatrolCore

/// The journal's promises, small and exact: two lanes without gaps, an event durable with its state, positions within the
/// commit interval, and memory that is gone with the power.
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
    private(set) var cursors: [Lane: Int] = [.events: 0, .positions: 0]
    private(set) var uploadMemory = UploadMemory()

    /// In memory.
    private var unwritten: [(id: RecordID, event: Event, state: KeptState?)] = []
    private var told: Set<RecordID> = []
    private var waiting: [Position] = []
    private var waitingSince: Instant?
    var disk = Disk.works

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

    mutating func acknowledge(_ lane: Lane, through count: Int) {
        cursors[lane] = max(cursors[lane] ?? 0, count)
    }

    mutating func remember(_ memory: UploadMemory) {
        uploadMemory = memory
    }

    /// The power is cut: what was only in memory is gone.
    mutating func losePower() {
        unwritten = []
        told = []
        waiting = []
        waitingSince = nil
        disk = .works
    }

    var backlog: UploadBacklog {
        func lane(_ lane: Lane, _ count: Int) -> UploadBacklog.LaneBacklog {
            .init(waiting: count - (cursors[lane] ?? 0), newest: SequenceNumber(rawValue: Int64(count)))
        }
        return UploadBacklog(events: lane(.events, events.count), positions: lane(.positions, positions.count))
    }
}

/// The station: it stores each record once, and answers when it has.
struct CollectorModel {
    private(set) var events: [Event] = []
    private(set) var positions: [Position] = []

    /// - Parameters:
    ///   - first: the number of the first of them, from 1.
    /// - Returns: what is wrong; `nil` if all is well.
    mutating func take(events new: ArraySlice<Event>, positions more: ArraySlice<Position>) -> String? {
        Self.store(new, in: &events) ?? Self.store(more, in: &positions)
    }

    /// The index of a slice is the record's number less one.
    private static func store<Record: Equatable>(_ new: ArraySlice<Record>, in all: inout [Record]) -> String? {
        for (index, record) in zip(new.indices, new) {
            if index < all.count {
                guard all[index] == record else { return "record \(index + 1) came again with another content" }
            } else {
                guard index == all.count else { return "record \(index + 1) came before \(all.count + 1)" }
                all.append(record)
            }
        }
        return nil
    }
}
