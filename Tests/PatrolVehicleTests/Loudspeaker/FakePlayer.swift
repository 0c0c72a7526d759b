import Foundation
import PatrolCore
import PatrolSystem
import PatrolVehicle
import Synchronization
import Testing

/// A program that speaks the player's protocol and misbehaves as the name of its clip says. It appends what it hears to
/// `CLIP.log`. For tests of real processes: what a process does to another can only be seen in real time.
enum FakePlayer {
    /// Made once for all tests.
    static let program = TestProgram.make("patrold-fake-player", script)

    static func settings(device: String = "null", environment: [String: String] = [:]) throws -> PlayerSettings {
        let path = ["PATH": "/usr/bin:/bin"]
        return PlayerSettings(
            program: try #require(program),
            device: device,
            environment: path.merging(environment) { $1 }
        )
    }

    /// `hang` becomes a process that only a signal ends; `deaf` one that only SIGKILL ends.
    private static let script = #"""
        #!/bin/bash
        for clip; do :; done
        log() { echo "$*" >> "$clip.log"; }
        started() {
            read -r up _ < /proc/uptime
            echo '{"event":"started","at_ns":'"${up/./}"'0000000,"rate":8000,"channels":1,"frames_total":80000}'
        }
        ended() {
            echo '{"event":"ended","how":"'"$1"'","frames_played":4711,"frames_total":80000,"rate":8000,"reason":null}'
        }
        case "${clip##*/}" in
        finish) log "$@"; started; ended finished ;;
        obey)
            started
            while read -r word value; do
                log "$word $value"
                [ "$word" = stop ] && { ended stopped; exit 0; }
            done
            log gone ;;
        ask)
            # A program's view: bash ignores SIGQUIT itself, and gives on what it was given.
            grep ^Sig /proc/self/status >> "$clip.log"
            read -r _ _ _ _ group _ < /proc/$$/stat
            log "group $group $$"; log /proc/$$/fd/*; env >> "$clip.log"; ended finished ;;
        hang) started; exec sleep 1000 ;;
        deaf) trap '' TERM INT HUP; started; exec sleep 1000 ;;
        frozen) started; kill -STOP $$ ;;
        garbage) started; echo 'ALSA says hello'; exec sleep 1000 ;;
        huge) head -c 100000 /dev/zero | tr '\0' x; exec sleep 1000 ;;
        twice) started; started; exec sleep 1000 ;;
        after) ended finished; echo '{"event":"ended"}'; exec sleep 1000 ;;
        crash) started; echo 'Fatal error: index out of range' >&2; kill -SEGV $$ ;;
        silent) exit 0 ;;
        no-file) echo 'no such file' >&2; exit 2 ;;
        no-device) exit 3 ;;
        usage) echo 'usage: ...' >&2; exit 1 ;;
        contradiction) ended finished; exit 3 ;;
        lingering) ended finished; exec sleep 1000 ;;
        closed) exec 1>&-; exec sleep 1000 ;;
        family) sleep 1000 & log $!; ended finished ;;
        loud) started; while :; do echo 'an endless complaint' >&2; done ;;
        esac
        """#
}

/// What a player told, for a test that waits for it.
final class PlayLog: Sendable {
    private let events = Mutex<[(event: PlayEvent, at: Instant)]>([])
    private let arrivals = DispatchSemaphore(value: 0)

    func append(_ event: PlayEvent) {
        events.withLock { $0.append((event, Clocks.system.now())) }
        arrivals.signal()
    }

    var all: [PlayEvent] { events.withLock { $0.map(\.event) } }

    /// Waits for the end, which has to come last and once, and gives it with its time.
    func end(
        within seconds: Double = 20,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> (end: PlayEnd, at: Instant) {
        try wait(within: seconds, sourceLocation: sourceLocation) { $0.contains { $0.end != nil } }
        let last = try #require(events.withLock { $0.last }, sourceLocation: sourceLocation)
        let end = try #require(last.event.end, "the end is not the last", sourceLocation: sourceLocation)
        return (end, last.at)
    }

    func waitForStart(sourceLocation: SourceLocation = #_sourceLocation) throws {
        try wait(sourceLocation: sourceLocation) { !$0.isEmpty }
        guard case .started = all[0] else {
            Issue.record("\(all[0]) came instead of the start", sourceLocation: sourceLocation)
            return
        }
    }

    private func wait(
        within seconds: Double = 20,
        sourceLocation: SourceLocation,
        until condition: ([PlayEvent]) -> Bool
    ) throws {
        let limit = DispatchTime.now() + seconds
        while !condition(all) {
            let result = arrivals.wait(timeout: limit)
            try #require(result == .success || condition(all), "only \(all) came", sourceLocation: sourceLocation)
        }
    }
}

extension PlayEvent {
    var end: PlayEnd? { if case .ended(let end) = self { end } else { nil } }
}

/// A folder of a test's own that goes with it.
final class ClipsFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "patrold-clips-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        // What cannot be removed lies in the system's folder for such things.
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String) -> String { url.appending(path: name).path }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: url.appending(path: name))
    }

    func text(of name: String) throws -> String {
        try String(contentsOf: url.appending(path: name), encoding: .utf8)
    }

    /// Starts the fake player with a clip in this folder.
    func play(
        _ clip: String,
        deadline: Instant? = nil,
        gain: Double = 0,
        settings: PlayerSettings? = nil,
        log: PlayLog
    ) throws -> PlayerProcess {
        try PlayerProcess(
            file: path(clip),
            gainDecibels: gain,
            deadline: deadline,
            settings: settings ?? FakePlayer.settings(),
            clocks: .system
        ) { log.append($0) }
    }
}
