import Glibc
import PatrolCore

/// A serial receiver: a pseudo-terminal with a link to it by a name of the user's choice.
///
/// Its own descriptor of the terminal's side stays open, so that writing does not fail with EIO before gpsd opens it and
/// after gpsd has closed it (pty(7), tty_ioctl(4)).
final class PseudoTerminal {
    /// A live receiver's epochs that nobody has read are dropped beyond so many bytes: two to three seconds of them.
    static let unreadLimit: CInt = 2048

    /// From <asm-generic/ioctls.h>, the same on every machine that Swift runs on; Swift cannot import these macros.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    private let master: Descriptor
    private let terminal: Descriptor
    private let terminalPath: String
    private let linkPath: String

    /// - Parameter linkPath: where to put the link; one that is there already is replaced, anything else is left alone.
    /// - Throws: naming the path.
    init(linkPath: String) throws(SimulatorError) {
        self.linkPath = linkPath
        let masterFile = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard masterFile >= 0 else { throw SimulatorError("cannot make a pseudo-terminal", errno: errno) }
        master = Descriptor(masterFile)
        var locked: CInt = 0
        var number: CUnsignedInt = 0
        guard ioctl(masterFile, Self.setLock, &locked) == 0, ioctl(masterFile, Self.getNumber, &number) == 0 else {
            throw SimulatorError("cannot unlock a pseudo-terminal", errno: errno)
        }
        terminalPath = "/dev/pts/\(number)"
        let terminalFile = open(terminalPath, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard terminalFile >= 0 else { throw SimulatorError("cannot open \(terminalPath)", errno: errno) }
        terminal = Descriptor(terminalFile)
        var settings = termios()
        guard tcgetattr(terminalFile, &settings) == 0 else {
            throw SimulatorError("cannot read the settings of \(terminalPath)", errno: errno)
        }
        cfmakeraw(&settings)
        // gpsd opens its devices after it has dropped its privileges.
        guard tcsetattr(terminalFile, TCSANOW, &settings) == 0, fchmod(terminalFile, 0o666) == 0 else {
            throw SimulatorError("cannot set up \(terminalPath)", errno: errno)
        }
        try master.setNonBlocking()
        try link()
    }

    /// Plays until the recording is over (and, unless `once`, quietly until the end is asked for).
    func play(_ playback: inout some Playback, once: Bool, waiter: Waiter) {
        let clocks = waiter.clocks
        playback.begin(at: clocks.now(), machineTime: clocks.systemTime())
        while let burst = playback.next(at: clocks.now(), machineTime: clocks.systemTime()) {
            guard rest(until: burst.due, waiter) else { return }
            let isWritten = playback.isLive ? writeLive(burst.bytes) : writeAll(burst.bytes, waiter)
            guard isWritten else { return }
        }
        if once {
            awaitReader(waiter)
        } else {
            _ = rest(until: nil, waiter)
        }
    }

    /// Takes the link away, if it is still this terminal's.
    func removeLink() {
        if linkTarget == terminalPath { unlink(linkPath) }
    }

    private func link() throws(SimulatorError) {
        if symlink(terminalPath, linkPath) == 0 { return }
        guard errno == EEXIST else { throw SimulatorError("cannot make the link \(linkPath)", errno: errno) }
        guard linkTarget != nil else {
            throw SimulatorError("\(linkPath) exists and is no symbolic link; it is left alone")
        }
        // A link that a killed simulator left behind. rename(2) puts the new one in its place in one step.
        let temporary = "\(linkPath).\(getpid())"
        guard symlink(terminalPath, temporary) == 0, rename(temporary, linkPath) == 0 else {
            throw SimulatorError("cannot replace the link \(linkPath)", errno: errno)
        }
    }

    /// Where the link leads; `nil` if there is none.
    private var linkTarget: String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(linkPath, &buffer, buffer.count)
        return count < 0 ? nil : String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Waits, throwing away what gpsd writes meanwhile. `false` if the end is asked for.
    private func rest(until due: Instant?, _ waiter: Waiter) -> Bool {
        while true {
            switch waiter.wait(until: due, for: POLLIN, on: master.raw) {
            case .due: return true
            case .ended: return false
            // The terminal's side is open here, so this is never the end of the file.
            case .ready: _ = master.drain()
            }
        }
    }

    /// Writes an epoch at once; what piled up before it goes first if nobody reads.
    private func writeLive(_ bytes: [UInt8]) -> Bool {
        var bytes = bytes
        if unread > Self.unreadLimit {
            tcflush(terminal.raw, TCIFLUSH)
            // The reader may have had half a line of what is gone; this ends it.
            bytes = Array("\r\n".utf8) + bytes
        }
        // The kernel's buffer holds 4 KiB and more: with so little unread an epoch fits.
        _ = bytes.withUnsafeBytes { write(master.raw, $0.baseAddress, $0.count) }
        return true
    }

    /// Writes recorded bytes, every one, however long the reader takes. `false` if the end is asked for.
    private func writeAll(_ bytes: [UInt8], _ waiter: Waiter) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(master.raw, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
                continue
            }
            _ = master.drain()
            if waiter.wait(until: nil, for: POLLIN | POLLOUT, on: master.raw) == .ended { return false }
        }
        return true
    }

    /// The terminal goes away with the program, and what was not read goes with it: gives the reader time for it.
    private func awaitReader(_ waiter: Waiter) {
        let deadline = waiter.clocks.now() + .seconds(2)
        while unread > 0, waiter.clocks.now() < deadline {
            guard rest(until: waiter.clocks.now() + .milliseconds(10), waiter) else { return }
        }
    }

    /// Bytes that wait for a reader (ioctl_tty(2), FIONREAD).
    private var unread: CInt {
        var count: CInt = 0
        guard ioctl(terminal.raw, UInt(FIONREAD), &count) == 0 else { return 0 }
        return count
    }
}
