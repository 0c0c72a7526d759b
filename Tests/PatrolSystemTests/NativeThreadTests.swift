import Foundation
import PatrolSystem
import Synchronization
import Testing

@Suite("A thread of its own")
struct NativeThreadTests {
    @Test("It runs under its name, joins once it has ended, and a second join does no harm")
    func name() throws {
        let seen = Seen()
        let thread = try NativeThread(name: "a-name-of-twenty-one") {
            let name = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
            seen.set(name)
        }
        thread.join()
        thread.join()
        #expect(seen.value == "a-name-of-twent\n")
    }

    @Test("Signals do not reach it")
    func signals() throws {
        let seen = Seen()
        var before = sigset_t()
        pthread_sigmask(SIG_SETMASK, nil, &before)
        let thread = try NativeThread(name: "signals") {
            var mask = sigset_t()
            pthread_sigmask(SIG_SETMASK, nil, &mask)
            let blocked = [SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGPIPE].filter { sigismember(&mask, $0) == 1 }
            seen.set("\(blocked.count)")
        }
        thread.join()
        #expect(seen.value == "5")
        var after = sigset_t()
        pthread_sigmask(SIG_SETMASK, nil, &after)
        for signal in Int32(1)..<32 {
            #expect(sigismember(&before, signal) == sigismember(&after, signal), "the creator's own mask is as before")
        }
    }

    private final class Seen: Sendable {
        private let text = Mutex<String?>(nil)
        var value: String? { text.withLock { $0 } }
        func set(_ value: String?) { text.withLock { $0 = value } }
    }
}
