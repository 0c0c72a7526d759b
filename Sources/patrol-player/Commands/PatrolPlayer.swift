import ArgumentParser
import Glibc
import PatrolCore

/// One clip, one process: a decoder or a sound server that hangs costs this process and nothing else.
struct PatrolPlayer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patrol-player",
        abstract: "Plays one clip until its end or a deadline, checks clips, or probes a device.",
        discussion: """
            patrold starts it for every clip. By hand: patrol-player play --device default clip.flac

            Exit codes: 0 it played, or was told to be silent, or every clip is fine; 1 wrong usage; 2 a file is bad; \
            3 the sound device failed.
            """,
        version: Release.version,
        subcommands: [PlayCommand.self, CheckCommand.self, ProbeCommand.self]
    )
}

/// How the program ends; the daemon relies on the numbers, see also ``Ending/exitCode``.
enum Exit {
    static let usage: Int32 = 1
    static let badFile: Int32 = 2
    static let device: Int32 = 3
}

@main
enum Main {
    static func main() {
        do {
            var command = try PatrolPlayer.parseAsRoot()
            try command.run()
        } catch let error as ExitCode {
            Glibc.exit(error.rawValue)
        } catch {
            let isHelp = PatrolPlayer.exitCode(for: error).isSuccess
            let text = PatrolPlayer.fullMessage(for: error)
            if isHelp { Output.print(text) } else { Output.complain(text) }
            Glibc.exit(isHelp ? 0 : Exit.usage)
        }
    }
}
