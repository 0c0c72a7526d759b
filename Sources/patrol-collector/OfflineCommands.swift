import ArgumentParser
import Glibc
import PatrolCollector
import PatrolSystem

/// Why a command beside the service did not do what it should, with its exit code.
struct OfflineFailure: Error, CustomStringConvertible {
    var description: String
    var exitCode: Int32

    /// It cannot be done.
    static func cannot(_ error: CollectorError) -> OfflineFailure {
        OfflineFailure(description: error.description, exitCode: 2)
    }
}

/// Copies a store while a collector uses it.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copies a store as it is at one moment, while the collector runs, and checks the copy."
    )

    @Option(help: "The folder of the store.")
    var store: String

    @Argument(help: "A file that does not exist yet, or a folder, in which it is named after the time.")
    var target: String

    func run() throws {
        do throws(CollectorError) {
            var progress = Progress("copied")
            let file = try StoreBackup.make(of: store, at: target, now: SystemClock.now()) { left, all in
                progress.show(Int64(all - left), of: Int64(all))
            }
            var checking = Progress("checked")
            let verification = try StoreVerification(of: file) { checking.show($0, of: $1) }
            Output.write("\(file): \(VerifyCommand.figures(verification))", to: STDOUT_FILENO)
            VerifyCommand.judge(verification)
        } catch {
            throw OfflineFailure.cannot(error)
        }
    }
}

/// Puts a backup in the place of a store.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Puts a backup in the place of a store, while no collector runs.",
        discussion: """
            What came since the backup is lacking then: the collector asks the carts for it, and those that still have it \
            send it again.
            """
    )

    @Option(help: "The folder of the store; it is made if it is missing.")
    var store: String

    @Flag(help: "Sets a store that is there aside, and takes a backup that is damaged.")
    var force = false

    @Argument(help: "The backup.")
    var backup: String

    func run() throws {
        do throws(CollectorError) {
            var progress = Progress("copied")
            let (verification, aside) = try StoreBackup.restore(backup, to: store, replacing: force) { left, all in
                progress.show(Int64(all - left), of: Int64(all))
            }
            if !force { VerifyCommand.judge(verification) }
            if let aside { Output.write("the store that was there is now \(aside)", to: STDOUT_FILENO) }
            Output.write("restored: \(VerifyCommand.figures(verification))", to: STDOUT_FILENO)
        } catch {
            throw OfflineFailure.cannot(error)
        }
    }
}

/// Checks a store or a backup.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks every checksum of a store or a backup, beside a collector that runs as well.",
        discussion: "Exit codes: 0 all is as it was written, 2 it cannot be read, 4 damage was found."
    )

    @Argument(help: "The folder of a store, or a file.")
    var path: String

    func run() throws {
        do throws(CollectorError) {
            var progress = Progress("checked")
            let verification = try StoreVerification(of: path) { progress.show($0, of: $1) }
            for gap in verification.gaps { Output.write("gap: \(gap)", to: STDOUT_FILENO) }
            Output.write(Self.figures(verification), to: STDOUT_FILENO)
            Self.judge(verification)
        } catch {
            throw OfflineFailure.cannot(error)
        }
    }

    static func figures(_ verification: StoreVerification) -> String {
        "\(verification.vehicles) vehicles, \(verification.positions) positions, \(verification.events) events, "
            + "\(verification.damaged) damaged, \(verification.gaps.count) gaps"
    }

    /// Names what is damaged and ends the program, if anything is.
    static func judge(_ verification: StoreVerification) {
        guard verification.damaged > 0 else { return }
        for line in verification.damage { Output.write("damaged: \(line)", to: STDERR_FILENO) }
        Glibc.exit(4)
    }
}

/// A line that is written over itself on a terminal; nothing elsewhere.
private struct Progress {
    private let what: String
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var last = -1

    init(_ what: String) {
        self.what = what
    }

    mutating func show(_ done: Int64, of all: Int64) {
        guard isTerminal, all > 0 else { return }
        let percent = Int(done * 100 / all)
        guard percent != last else { return }
        last = percent
        let text = "\r\(what) \(percent) %" + (percent == 100 ? "\n" : "")
        _ = Array(text.utf8).withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
