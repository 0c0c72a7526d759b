import PatrolCore
import PatrolSystem
import PatrolVehicle

/// Writes to the warning light and reads it back, on a thread of its own: the files of the LED class may let one wait.
/// Nothing of the loudspeaker reaches it, and nothing is written at the end: the kernel goes on blinking.
final class LightSwitch: Sendable {
    private enum Job: Sendable {
        case write(LightSetting)
        case read
    }

    private let worker: SerialWorker<Job>

    /// - Throws: what the system lacks: descriptors or threads.
    init(_ led: LED, cart: CartLoop) throws(SystemCallError) {
        worker = try SerialWorker(name: "light", bound: 16) { job in
            switch job {
            case .read: cart.post(.lightRead(led.read()))
            case .write(let setting):
                var failure: String?
                do throws(SystemCallError) {
                    try led.write(setting)
                } catch {
                    failure = error.description
                }
                cart.post(.lightWritten(setting, failure: failure))
            }
        }
    }

    /// What is dropped behind sixteen others is made good by the next look.
    func write(_ setting: LightSetting) {
        worker.post(.write(setting))
    }

    /// See ``write(_:)``.
    func read() {
        worker.post(.read)
    }
}
