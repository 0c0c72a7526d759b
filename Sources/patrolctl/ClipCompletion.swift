import ArgumentParser
import PatrolAPI
import PatrolCore

/// Offers the names of the clips that can be played to a shell that completes a command line.
enum ClipCompletion {
    static let kind = CompletionKind.custom { words, _, _ in await offer(words) }

    private static func offer(_ words: [String]) async -> [String] {
        let named = words.lastIndex(of: "--socket").flatMap { index in
            index + 1 < words.count ? words[index + 1] : nil
        }
        do {
            let socket = named ?? CommonOptions.defaultSocket
            let report = try await ControlClient.with(socketPath: socket) { try await $0.get(ClipsReport.self, .clips) }
            let names = report.clips.filter { $0.problem == nil }.map(\.name)
            return names.filter { !$0.unicodeScalars.contains(where: VisibleText.isHidden) }.map(quoted)
        } catch {
            // A shell that completes has no place for a message: nothing is offered.
            return []
        }
    }

    /// bash(1), compgen -W: each word of the list is expanded, so that a file named `$(reboot).wav` would be obeyed.
    private static func quoted(_ name: String) -> String {
        guard CompletionShell.requesting == .bash else { return name }
        return name.unicodeScalars.map { scalar in
            let isPlain =
                !scalar.isASCII || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
                || ("0"..."9").contains(scalar) || "._-".unicodeScalars.contains(scalar)
            return isPlain ? String(scalar) : "\\\(scalar)"
        }.joined()
    }
}
