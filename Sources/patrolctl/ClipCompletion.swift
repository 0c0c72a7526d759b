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
            return names.filter(isHarmless).map(quoted)
        } catch {
            // A shell that completes has no place for a message: nothing is offered.
            return []
        }
    }

    /// A shell that is offered a name puts it on the command line, and how it quotes it then depends on its mood: what a
    /// shell could take for a command, `it's`reboot`.wav`, is not offered at all.
    private static func isHarmless(_ name: String) -> Bool {
        let dangerous = "`$\"'\\;&|<>(){}[]*?!~#".unicodeScalars
        return !name.hasPrefix("-")
            && name.unicodeScalars.allSatisfy { !VisibleText.isHidden($0) && !dangerous.contains($0) }
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
