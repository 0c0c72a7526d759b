import Dispatch
import Glibc

/// SIGTERM and SIGINT as a descriptor that becomes readable, so that one poll(2) waits for them and for everything else.
final class StopSignal {
    private let readEnd: Descriptor
    private let writeEnd: Descriptor
    private var sources: [any DispatchSourceSignal] = []

    /// Nothing has asked for the end yet.
    init() throws(SimulatorError) {
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { throw SimulatorError("cannot make a pipe", errno: errno) }
        readEnd = Descriptor(ends[0])
        writeEnd = Descriptor(ends[1])
    }

    /// From now on the two signals ask for the end instead of killing.
    func listen() {
        let descriptor = writeEnd.raw
        for number in [SIGTERM, SIGINT] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { Self.write(to: descriptor) }
            source.resume()
            sources.append(source)
        }
    }

    /// Asks for the end.
    func raise() {
        Self.write(to: writeEnd.raw)
    }

    /// Readable once the end is asked for; it stays so.
    var descriptor: CInt { readEnd.raw }

    private static func write(to descriptor: CInt) {
        var byte: UInt8 = 0
        // A full pipe says the same as one more byte.
        _ = Glibc.write(descriptor, &byte, 1)
    }
}
