import ArgumentParser

/// Two ends of the drain that `make bench` measures, built as the programs are: for figures, not for use.
@main
struct JournalBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "JournalBench",
        abstract: "Fill a journal, or take what a cart uploads and acknowledge it.",
        subcommands: [Fill.self, Sink.self]
    )
}
