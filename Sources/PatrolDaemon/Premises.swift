import Logging
import NIOCore
import PatrolCore
import PatrolJournal

/// What every part of the daemon may use.
struct Premises: Sendable {
    let configuration: Configuration
    let machine: Machine
    let clocks: Clocks
    let journal: Journal
    let eventLoop: any EventLoop
    let logger: Logger
    let board: StatusBoard
    let stream: StreamHub
    let events: EventRecorder

    init(
        _ configuration: Configuration,
        _ machine: Machine,
        _ clocks: Clocks,
        _ journal: Journal,
        _ eventLoop: any EventLoop,
        _ logger: Logger
    ) {
        self.configuration = configuration
        self.machine = machine
        self.clocks = clocks
        self.journal = journal
        self.eventLoop = eventLoop
        self.logger = logger
        board = StatusBoard(destinations: configuration.destinations)
        stream = StreamHub()
        events = EventRecorder(journal: journal, board: board, stream: stream, clocks: clocks, logger: logger)
    }
}
