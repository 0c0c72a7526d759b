import Foundation
import Logging
import PatrolControl
import PatrolCore
import PatrolSQLite
import PatrolSystem
import PatrolVehicle
import Testing

@testable import PatrolDaemon
@testable import PatrolJournal

/// A cart with its loop and a real journal in a folder of its own; gpsd is not there.
struct CartRig {
    let cart: CartLoop
    let writer: JournalWriter
    let journal: Journal
    let stream = StreamHub()
    private let uploads: [UploadMailbox]

    /// Runs `body` beside it, then stops it in order.
    /// - Parameters:
    ///   - uploads: told of each record.
    ///   - gpsdPort: nobody listens on port 1.
    static func run(
        answerLimit: Duration = JournalWriter.answerLimit,
        uploads: [UploadMailbox] = [],
        gpsdPort: UInt16 = 1,
        _ change: (inout CartSettings) -> Void = { _ in },
        _ body: (CartRig) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/patrold-cart-" + UUID().uuidString
        defer {
            do {
                try FileManager.default.removeItem(atPath: folder)
            } catch {
                print("\(folder) is left behind: \(error)")
            }
        }
        let journal = try Journal(
            folder: folder,
            bootID: "boot-a",
            machineID: "",
            clocks: .system,
            commitInterval: .seconds(10),
            limits: .standard,
            destinations: []
        )
        var settings = CartSettings(
            position: .init(buildDate: WallTime(millisecondsSince1970: 1_795_525_100_000)),
            bootID: "boot-a"
        )
        settings.replyLimit = answerLimit
        change(&settings)
        let rig = try CartRig(journal, uploads)
        try rig.start(settings, gpsdPort)
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Not on the pool, which other tests may fill: a reply waits for it for so long only.
            group.addTask(executorPreference: journal.executor) { try await rig.writer.run() }
            defer { group.cancelAll() }
            try await body(rig)
            try await journal.setDisk(full: false)
            await rig.cart.stop()
        }
        try await journal.close()
    }

    private init(_ journal: Journal, _ uploads: [UploadMailbox]) throws {
        self.journal = journal
        self.uploads = uploads
        cart = try CartLoop()
        writer = JournalWriter(journal: journal, cart: cart, uploads: uploads, stream: stream, logger: Self.logger)
    }

    private func start(_ settings: CartSettings, _ gpsdPort: UInt16) throws {
        try cart.start(
            Cart(settings: settings, memory: CartMemory(), at: Clocks.system.now()),
            host: "127.0.0.1",
            port: gpsdPort,
            shells: CartShells(journal: writer, players: nil, light: nil, uploads: uploads, stream: stream),
            clocks: .system,
            logger: Self.logger
        )
    }

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static let root = LocalProcess(uid: 0, user: "root", pid: 1, program: "test", isAdministrator: true)

    /// The reply to an order.
    func perform(_ command: Command) async -> CommandReply? {
        for await progress in cart.perform(command, from: .process(Self.root)) {
            if case .reply(let reply) = progress { return reply }
        }
        return nil
    }

    /// What became of a mark.
    func mark() async throws -> Durability {
        switch try #require(await perform(.mark(text: String(repeating: "x", count: 400)))) {
        case .done: return .durable
        case .notDurable(let durability, _): return durability
        case let other: throw Unexpected(reply: other)
        }
    }

    struct Unexpected: Error {
        var reply: CommandReply
    }
}

extension Journal {
    /// A disk without a free byte, as SQLite sees it: the file may not grow any more.
    func setDisk(full: Bool) throws {
        let database = try openStore().database
        if full { try database.execute("VACUUM") }
        try database.execute("PRAGMA max_page_count = \(full ? 1 : 1_000_000)")
    }

    /// What a disk does that does not answer: the journal's thread stands still.
    func hang(until release: DispatchSemaphore) {
        release.wait()
    }

    func isStateKept(_ name: String) throws -> Bool {
        try openStore().database.integer("SELECT count(*) FROM states WHERE name = '\(name)'") == 1
    }
}
