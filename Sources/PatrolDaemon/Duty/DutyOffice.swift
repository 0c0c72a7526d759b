import PatrolCore
import PatrolJournal
import Synchronization

/// Where duty is signed on and off, and remembered over a restart.
final class DutyOffice: Sendable {
    private static let stateName = "duty"

    private let desk: Mutex<DutyDesk>
    private let bootID: String
    private let clocks: Clocks
    private let board: StatusBoard
    private let record: @Sendable (EventKind, KeptState?) -> Void
    /// Called with every change, and by ``begin()``.
    private let onChange: @Sendable (_ isOn: Bool) -> Void

    /// - Parameter onChange: see there.
    init(_ premises: Premises, onChange: @escaping @Sendable (_ isOn: Bool) -> Void) {
        bootID = premises.machine.bootID
        let kept = premises.journal.statesAtStart[Self.stateName]
        desk = Mutex(DutyDesk(current: kept.flatMap { [bootID] in Duty(persisted: $0, boot: bootID) }))
        clocks = premises.clocks
        board = premises.board
        let events = premises.events
        record = { events.record($0, keeping: $1) }
        self.onChange = onChange
    }

    /// What runs; `nil` for nothing.
    var current: Duty? { desk.withLock { $0.current } }

    /// Tells once what was kept over the restart.
    func begin() {
        onChange(current != nil)
    }

    /// How long it has lasted, if anybody knows.
    func elapsed(of duty: Duty) -> Duration? {
        let now = clocks.now()
        return duty.elapsed(at: now, time: board.wallTime(at: now))
    }

    /// - Throws: if one runs already.
    func start(_ kind: DutyKind, officer: OfficerID?, by requester: String) throws(DutyError) {
        let now = clocks.now()
        let time = board.wallTime(at: now)
        try desk.withLock { desk throws(DutyError) in
            let duty = try desk.start(kind, officer: officer, at: now, time: time)
            let kept = KeptState(name: Self.stateName, details: duty.persisted(boot: bootID))
            // Told with the lock held, so that two people's orders are told as they were taken; nobody told waits.
            record(.dutyStarted(duty, by: requester), kept)
            onChange(true)
        }
    }

    /// - Throws: if none runs.
    func end(by requester: String) throws(DutyError) {
        try desk.withLock { desk throws(DutyError) in
            let duty = try desk.end()
            let seconds = elapsed(of: duty).map { $0.milliseconds / 1000 }
            record(
                .dutyEnded(duty, lastedSeconds: seconds, by: requester),
                KeptState(name: Self.stateName, details: nil)
            )
            onChange(false)
        }
    }
}
