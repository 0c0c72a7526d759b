import Dispatch
import Glibc
import PatrolSystem

/// SIGTERM and SIGINT as a descriptor that becomes readable, so that one poll(2) waits for them and for everything else.
final class StopSignal {
    private let wake: WakeDescriptor
    private var sources: [any DispatchSourceSignal] = []

    /// Nothing has asked for the end yet.
    init() throws(SimulatorError) {
        do throws(SystemCallError) {
            wake = try WakeDescriptor()
        } catch {
            throw SimulatorError("cannot make a descriptor for signals: \(error)")
        }
    }

    /// From now on the two signals ask for the end instead of killing.
    func listen() {
        for number in [SIGTERM, SIGINT] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { [wake] in wake.wake() }
            source.resume()
            sources.append(source)
        }
    }

    /// Readable once the end is asked for; it stays so.
    var descriptor: CInt { wake.descriptor }
}
