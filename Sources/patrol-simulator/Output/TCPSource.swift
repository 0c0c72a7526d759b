import Glibc
import PatrolCore

/// A receiver behind a TCP port: for gpsd's source `tcp://127.0.0.1:PORT`. One client at a time; the next one waits.
///
/// A client that reads slowly holds the sender up, so nothing is lost on the way.
final class TCPSource {
    /// Where it listens, with the port that the system chose.
    let endpoint: Endpoint

    private let listener: Descriptor

    /// - Throws: naming the endpoint.
    init(_ wanted: Endpoint) throws(SimulatorError) {
        let (socket, endpoint) = try wanted.listen()
        listener = Descriptor(socket)
        self.endpoint = endpoint
    }

    /// How a client's connection ended.
    private enum Ending {
        /// The client has the whole recording.
        case complete
        /// The client went away before.
        case left
        /// The program is to end.
        case ended
    }

    /// Plays to one client after the other; with `once` until one has had the whole recording.
    func serve(_ playback: inout some Playback, once: Bool, waiter: Waiter) {
        while let client = nextClient(waiter) {
            switch play(&playback, to: client, waiter) {
            case .left: continue
            case .ended: return
            case .complete:
                if once {
                    finish(client, waiter)
                    return
                }
                // A receiver that has nothing more to say: the client stays as long as it likes.
                guard awaitEnd(of: client, until: nil, waiter) else { return }
            }
        }
    }

    /// Waits for a client; `nil` if the program is to end.
    private func nextClient(_ waiter: Waiter) -> Client? {
        while waiter.wait(until: nil, for: POLLIN, on: listener.raw) == .ready {
            let socket = accept(listener.raw, nil, nil)
            // The client may have left between poll and accept (accept(2), ECONNABORTED and EAGAIN).
            guard socket >= 0 else { continue }
            let client = Client(socket)
            if (try? client.descriptor.setNonBlocking()) != nil { return client }
        }
        return nil
    }

    private func play(_ playback: inout some Playback, to client: Client, _ waiter: Waiter) -> Ending {
        let clocks = waiter.clocks
        playback.begin(at: clocks.now(), machineTime: clocks.systemTime())
        while let burst = playback.next(at: clocks.now(), machineTime: clocks.systemTime()) {
            waiting: while true {
                switch waiter.wait(until: burst.due, for: POLLIN, on: client.descriptor.raw) {
                case .due: break waiting
                case .ended: return .ended
                case .ready: if client.descriptor.drain() == .closed { return .left }
                }
            }
            var rest = burst.bytes[...]
            while !rest.isEmpty {
                switch client.send(rest) {
                case .wrote(let count): rest = rest.dropFirst(count)
                case .gone: return .left
                case .full:
                    if waiter.wait(until: nil, for: POLLIN | POLLOUT, on: client.descriptor.raw) == .ended {
                        return .ended
                    }
                    if client.descriptor.drain() == .closed { return .left }
                }
            }
        }
        return .complete
    }

    /// Says that nothing more comes and lets the client read what is on its way.
    private func finish(_ client: Client, _ waiter: Waiter) {
        shutdown(client.descriptor.raw, Int32(SHUT_WR))
        _ = awaitEnd(of: client, until: waiter.clocks.now() + .seconds(2), waiter)
    }

    /// Waits until the client leaves or the time is over; `false` if the program is to end.
    private func awaitEnd(of client: Client, until due: Instant?, _ waiter: Waiter) -> Bool {
        while true {
            switch waiter.wait(until: due, for: POLLIN, on: client.descriptor.raw) {
            case .due: return true
            case .ended: return false
            case .ready: if client.descriptor.drain() == .closed { return true }
            }
        }
    }
}

/// A connected client.
private final class Client {
    let descriptor: Descriptor

    init(_ socket: CInt) {
        descriptor = Descriptor(socket)
    }

    /// What a send without waiting did.
    enum Outcome {
        /// So many bytes were taken, at least one.
        case wrote(Int)
        /// The client must read first.
        case full
        /// The client has left.
        case gone
    }

    func send(_ bytes: ArraySlice<UInt8>) -> Outcome {
        // MSG_NOSIGNAL: a client that left is no reason to die of SIGPIPE (send(2)).
        let count = bytes.withUnsafeBytes {
            Glibc.send(descriptor.raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if count > 0 { return .wrote(count) }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? .full : .gone
    }
}
