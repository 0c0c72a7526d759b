import ArgumentParser
import Glibc

/// `patrolctl journal …`: what a person looks for here is done by `patrold journal …`, and this runs that.
///
/// The journal of a stopped daemon can only be read by the version that writes it, so the tools are part of patrold; this
/// program asks a running one and needs no database.
struct JournalPassage: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "Look after the journal of a stopped patrold: check, stats, export, repair, backup.",
        discussion: """
            Runs `patrold journal` with the same arguments: of the folder that this program lies in, or else of PATH. Exit \
            codes: 0 fine; 1 wrong usage, or it cannot be done; 2 damage, and no record is gone by it; 4 records are gone by \
            damage.
            """,
        // Its help too is patrold's.
        helpNames: []
    )

    @Argument(parsing: .captureForPassthrough, help: "See patrold journal --help.")
    var arguments: [String] = []

    func run() throws {
        let words = ["patrold", "journal"] + arguments
        var pointers = words.map { strdup($0) } + [nil]
        defer { pointers.forEach { free($0) } }
        if let beside = Self.folder().map({ $0 + "/patrold" }), access(beside, X_OK) == 0 { execv(beside, &pointers) }
        execvp("patrold", &pointers)
        let reason = String(cString: strerror(errno))
        Output.complain("patrold cannot be run: \(reason); it belongs beside patrolctl, or into PATH")
        throw Exit.usageOrIO
    }

    /// Where this program lies.
    private static func folder() -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &bytes, bytes.count)
        guard count > 0 else { return nil }
        let path = String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.lastIndex(of: "/").map { String(path[..<$0]) }
    }
}
