import Glibc

/// Half a second of sound on its way from the decoder's thread to the device's.
///
/// The decoder waits while it is full; the device never waits: what is not there is not there, and the deadline holds even
/// if the decoder never returns from a read.
final class ClipFeed: @unchecked Sendable {
    /// How the file ended.
    enum End: Hashable, Sendable {
        /// As it should.
        case complete
        /// Too early, or with an error.
        case failed(ClipProblem)
    }

    // Checked by hand: everything below is touched with the mutex held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let room: UnsafeMutablePointer<pthread_cond_t>
    private let channels: Int
    private var ring: [Float]
    private var first = 0
    private var count = 0
    private var end: End?

    init(format: ClipFormat) {
        channels = format.channels
        ring = Array(repeating: 0, count: format.rate / 2 * format.channels)
        mutex = .allocate(capacity: 1)
        room = .allocate(capacity: 1)
        // Without attributes neither can fail on Linux (pthread_mutex_init(3), pthread_cond_init(3)).
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(room, nil)
    }

    deinit {
        pthread_cond_destroy(room)
        pthread_mutex_destroy(mutex)
        room.deallocate()
        mutex.deallocate()
    }

    /// Puts whole frames behind the others; returns when all have found room.
    func put(_ samples: [Float]) {
        locked {
            var rest = samples[...]
            while !rest.isEmpty {
                while count == ring.count { pthread_cond_wait(room, mutex) }
                let amount = min(rest.count, ring.count - count)
                for sample in rest.prefix(amount) {
                    ring[(first + count) % ring.count] = sample
                    count += 1
                }
                rest = rest.dropFirst(amount)
            }
        }
    }

    /// There will be no more frames.
    func finish(_ end: End) {
        locked { self.end = end }
    }

    /// Copies the next frames to the beginning of `samples`, without taking them away.
    /// - Parameter frames: at most so many.
    /// - Returns: how many were there, and how the file ended if these were the last ones.
    func peek(_ frames: Int, into samples: inout [Float]) -> (frames: Int, end: End?) {
        locked {
            let amount = min(frames * channels, count)
            for index in 0..<amount { samples[index] = ring[(first + index) % ring.count] }
            return (amount / channels, amount == count ? end : nil)
        }
    }

    /// Takes the next frames away; they must have been seen by ``peek(_:into:)``.
    func drop(_ frames: Int) {
        locked {
            first = (first + frames * channels) % ring.count
            count -= frames * channels
            pthread_cond_signal(room)
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
