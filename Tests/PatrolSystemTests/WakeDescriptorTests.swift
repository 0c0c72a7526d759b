import Glibc
import PatrolSystem
import Testing

@Suite("A descriptor that ends a poll")
struct WakeDescriptorTests {
    @Test("It stays readable once it is woken, however often, until it is cleared; then it can be woken again")
    func wakes() throws {
        let wake = try WakeDescriptor()
        #expect(!isReadable(wake))
        // More than the socket holds: the waking thread must not block.
        for _ in 0..<100_000 { wake.wake() }
        #expect(isReadable(wake))
        #expect(isReadable(wake))
        wake.clear()
        #expect(!isReadable(wake))
        wake.wake()
        #expect(isReadable(wake))
    }

    @Test("A child process does not inherit it")
    func closeOnExec() throws {
        let wake = try WakeDescriptor()
        #expect(fcntl(wake.descriptor, F_GETFD) & FD_CLOEXEC != 0)
    }

    private func isReadable(_ wake: WakeDescriptor) -> Bool {
        var watched = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, 0) == 1
    }
}
