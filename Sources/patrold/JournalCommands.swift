public import ArgumentParser
import Glibc
public import PatrolCore
public import PatrolJournal
import PatrolSystem
import PatrolVehicle

/// `patrold journal …`: of a daemon that is stopped, where patrolctl has nobody to ask.
struct JournalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "Look after the journal of a stopped patrold, or of a copy of its folder.",
        discussion: """
            All but repair work on a private copy (in TMPDIR, or /var/tmp) and leave the folder as it is. Nothing is written \
            over. Exit codes: 0 fine; 1 wrong usage, or it cannot be done; 2 damage, and no record is gone by it; 4 records \
            are gone by damage.
            """,
        subcommands: [CheckJournal.self, Stats.self, Export.self, RepairJournal.self, Backup.self]
    )

    struct Folder: ParsableArguments {
        @Option(help: "The journal's folder.", completion: .directory)
        var folder = "/var/lib/patrold"

        func validate() throws {
            guard !folder.isEmpty else { throw ValidationError("--folder is empty; allowed: a journal's folder") }
        }
    }

    struct CheckJournal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Verify every checksum, the tables and the numbers; name each damage."
        )
        @OptionGroup var place: Folder

        func run() async throws {
            let meter = ProgressMeter()
            let check = try await JournalTools.check(folder: place.folder, progress: meter.show)
            meter.clear()
            check.damages.forEach { Lines.print($0) }
            if let counts = check.counts { Lines.print(counts) }
            Lines.print(lost: check.lost)
            guard check.damages.isEmpty else { throw JournalExit.damage(check.lost) }
            Lines.print("\(place.folder): fine, format \(check.format)")
        }
    }

    struct Stats: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Records, times, epochs, receipts, sizes, destinations."
        )
        @OptionGroup var place: Folder

        func run() async throws {
            let meter = ProgressMeter()
            let stats = try await JournalTools.stats(folder: place.folder, progress: meter.show)
            meter.clear()
            Lines.print(stats)
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Write events or positions as JSON Lines or CSV.")
        @OptionGroup var place: Folder
        @Option(help: "events or positions.")
        var lane = Lane.events
        @Option(help: "jsonl or csv.")
        var format = ExportFormat.jsonl
        @Option(help: "Only from this time on, UTC, such as 2027-06-07T00:00:00Z.")
        var from: String?
        @Option(help: "Only before this time.")
        var to: String?
        @Option(name: .shortAndLong, help: "A new file; left out, standard output.", completion: .file())
        var output: String?

        func validate() throws {
            for (name, text) in [("--from", from), ("--to", to)] {
                guard let text, WallTime(iso8601: text) == nil else { continue }
                throw ValidationError("\(name) is \"\(text)\"; allowed: a time in UTC, such as 2027-06-07T00:00:00Z")
            }
        }

        func run() async throws {
            let meter = ProgressMeter()
            let sink = try output.map { try Sink(newFile: $0) } ?? Sink.standardOutput
            let export: JournalTools.Export
            do {
                export = try await JournalTools.export(
                    lane,
                    folder: place.folder,
                    from: from.flatMap { WallTime(iso8601: $0) },
                    to: to.flatMap { WallTime(iso8601: $0) },
                    format: format,
                    progress: meter.show,
                    write: sink.write
                )
                meter.clear()
                try sink.close()
            } catch {
                meter.clear()
                sink.discard()
                throw error
            }
            export.damages.forEach { Main.complain(VisibleText.of($0)) }
            if !export.damages.isEmpty { throw JournalExit.damage(export.lost) }
        }
    }

    struct RepairJournal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "repair",
            abstract: "Do what a start of patrold would do: take damage out, keep it aside, receipt it."
        )
        @OptionGroup var place: Folder
        @Flag(help: "Only say what would be done.")
        var dryRun = false

        func run() async throws {
            let meter = ProgressMeter()
            let repair =
                dryRun
                ? try await JournalTools.rehearsal(folder: place.folder, progress: meter.show)
                : try await JournalTools.repair(folder: place.folder, bootID: BootIdentity.read())
            meter.clear()
            repair.done.forEach { Lines.print((dryRun ? "would be: " : "") + $0) }
            if repair.done.isEmpty { Lines.print("nothing is to be done") }
            Lines.print(repair.counts)
            Lines.print(lost: repair.lost)
            if !repair.done.isEmpty { throw JournalExit.damage(repair.lost) }
        }
    }

    struct Backup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a consistent copy in a new folder, and check it.",
            discussion:
                "A journal that is restored from it begins a new epoch by itself, so that nothing is lost on the way."
        )
        @OptionGroup var place: Folder
        @Argument(help: "A folder that is not there yet.", completion: .directory)
        var target: String

        func run() async throws {
            let meter = ProgressMeter()
            try JournalTools.backup(folder: place.folder, to: target, progress: meter.show)
            let check = try await JournalTools.check(folder: target, progress: meter.show)
            meter.clear()
            check.damages.forEach { Lines.print($0) }
            Lines.print(lost: check.lost)
            guard check.damages.isEmpty else { throw JournalExit.damage(check.lost) }
            Lines.print("\(target): a copy of \(place.folder), checked")
        }
    }
}

/// How `patrold journal` ends.
enum JournalExit {
    static let usageOrCannot = ExitCode(1)

    /// As fsck(8) counts: what could be put right, and what could not.
    static func damage(_ lost: PerLane<Int64>) -> ExitCode { ExitCode(lost == PerLane(both: 0) ? 2 : 4) }
}

/// Runs `patrold journal`, whose commands wait for the journal's thread.
enum JournalRunner {
    static func run() -> Never {
        // Parsed anew: a command cannot be handed from thread to thread.
        Task.detached {
            do {
                var command = try Patrold.parseAsRoot()
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
                Glibc.exit(0)
            } catch {
                end(with: error)
            }
        }
        // The process ends with the task.
        while true { pause() }
    }

    static func end(with error: any Error) -> Never {
        switch error {
        case let code as ExitCode: Glibc.exit(code.rawValue)
        case is JournalError, is JournalOutputError, is SystemCallError:
            Main.complain(VisibleText.of("patrold: \(error)"))
            Glibc.exit(JournalExit.usageOrCannot.rawValue)
        default:
            let text = Patrold.fullMessage(for: error)
            guard Patrold.exitCode(for: error).isSuccess else {
                Main.complain(text)
                Glibc.exit(JournalExit.usageOrCannot.rawValue)
            }
            Swift.print(text)
            Glibc.exit(0)
        }
    }
}

extension Lane: ExpressibleByArgument {}
extension ExportFormat: ExpressibleByArgument {}
