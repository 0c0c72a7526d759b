import Foundation
import Logging
import PatrolCore
import PatrolSystem
import PatrolVehicle
import ServiceLifecycle
import Testing

@testable import PatrolDaemon

/// A folder of clips, a player that behaves as the name of its clip says, and the two shells that use them.
struct PlayerRig {
    let folder: TestFolder
    let inbox: CartInbox
    let settings: PlayerSettings
    let library: ClipLibrary
    let players: PlayerSupervisor
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// - Parameters:
    ///   - clips: the files in the folder at the beginning; `nil` if there is no folder.
    init(_ clips: [String]? = []) throws {
        folder = try TestFolder()
        inbox = try CartInbox()
        if let clips {
            #expect(mkdir(folder.path("clips"), 0o755) == 0)
            for clip in clips { try folder.write("a clip", to: "clips/" + clip) }
        }
        settings = PlayerSettings(
            program: try folder.program("player", Self.script),
            device: "null",
            environment: ["PATH": "/usr/bin:/bin"]
        )
        let clipFolder = try ClipFolder(
            path: folder.path("clips"),
            manifest: folder.path("manifest.json"),
            settings: settings,
            clocks: .system
        )
        library = ClipLibrary(
            folder: folder.path("clips"),
            clips: clipFolder,
            cart: inbox.cart,
            clocks: .system,
            logger: logger
        )
        players = PlayerSupervisor(settings, clips: library, cart: inbox.cart, clocks: .system, logger: logger)
    }

    /// Runs the library beside `body`, and stops it in order.
    func withLibrary(_ body: () async throws -> Void) async throws {
        let group = ServiceGroup(services: [library], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await body()
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// What is to be played of a clip that was found.
    func order(_ number: UInt64, _ name: String, deadline: Instant? = nil) async throws -> PlayOrder {
        guard case .ready(let listing) = library.state else {
            Issue.record("the clips are \(library.state)")
            throw CancellationError()
        }
        return PlayOrder(
            id: PlayID(rawValue: number),
            clip: try #require(listing.clips[ClipName(bytes: Array(name.utf8))]),
            priority: .manual,
            programme: nil,
            gainDecibels: 0,
            deadline: deadline
        )
    }

    /// `check` judges, and `play` behaves, by the name of the file.
    private static let script = #"""
        #!/bin/bash
        for clip; do :; done
        if [ "$1" = check ]; then
            case "${clip##*/}" in
            bad*) echo '{"ok":false,"reason":"Format not recognised"}'; exit 2 ;;
            slow*) : > "$clip.begun"; exec sleep 1000 ;;
            esac
            sum=$(sha256sum < "$clip")
            echo '{"ok":true,"sha256":"'"${sum%% *}"'","frames":80000,"rate":8000,"channels":1,' \
                '"loudness_lufs":-20,"true_peak_dbtp":-1.5,"at_target_lufs":-16}'
            exit 0
        fi
        started() {
            read -r up _ < /proc/uptime
            echo '{"event":"started","at_ns":'"${up/./}"'0000000,"rate":8000,"channels":1,"frames_total":80000}'
        }
        ended() { echo '{"event":"ended","how":"'"$1"'","frames_played":4711,"frames_total":80000}'; }
        case "${clip##*/}" in
        finish*) started; ended finished ;;
        obey*)
            started
            while read -r word value; do
                case $word in
                stop) ended stopped; exit 0 ;;
                deadline) ended deadline; exit 0 ;;
                esac
            done ;;
        hang*) started; exec sleep 1000 ;;
        frozen*) started; kill -STOP $$ ;;
        garbage*) started; echo 'ALSA says hello'; exec sleep 1000 ;;
        crash*) started; echo 'Fatal error: index out of range' >&2; kill -SEGV $$ ;;
        silent*) exit 0 ;;
        no-file*) echo 'no such file' >&2; exit 2 ;;
        no-device*) exit 3 ;;
        contradiction*) ended finished; exit 3 ;;
        twice*) ended finished; ended finished; exec sleep 1000 ;;
        esac
        """#
}
