import PatrolCore
import PatrolVehicle
import ServiceLifecycle
import Synchronization

/// Keeps the warning light as duty wants it. Nothing of the loudspeaker reaches it, and nothing is written at the end:
/// the kernel goes on blinking.
final class LightKeeper: Service {
    /// How often it is looked at while something else wakes the daemon anyway.
    static let verification = Duration.seconds(60)

    private enum Told: Sendable {
        case duty(isOn: Bool)
        case verifyDue
    }

    private let led: LED
    private let clocks: Clocks
    private let record: @Sendable (EventKind) -> Void
    private let told: AsyncStream<Told>
    private let teller: AsyncStream<Told>.Continuation
    private let machine: Mutex<Light>
    private let lookedAt: Mutex<Instant>

    init(_ settings: Configuration.LightSettings, _ premises: Premises) {
        let cut = settings.led.lastIndex(of: "/") ?? settings.led.startIndex
        led = LED(root: String(settings.led[..<cut]), name: String(settings.led[cut...].drop { $0 == "/" }))
        machine = Mutex(
            Light(
                pattern: .blinking(
                    onMilliseconds: Int(settings.on.milliseconds),
                    offMilliseconds: Int(settings.off.milliseconds)
                )
            )
        )
        clocks = premises.clocks
        let events = premises.events
        record = { events.record($0) }
        lookedAt = Mutex(clocks.now())
        // A person cannot press faster; what is dropped beyond is made good by the next look.
        (told, teller) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(16))
    }

    /// What the light should do; `nil` before anybody has said.
    var wanted: LightSetting? { machine.withLock { $0.wanted } }

    /// Why it is not as it should be; `nil` if nothing is known against it.
    var fault: String? { machine.withLock { $0.fault } }

    /// Duty has begun or ended, or is what it was before the daemon started.
    func dutyChanged(isOn: Bool) {
        teller.yield(.duty(isOn: isOn))
    }

    /// Somebody is awake anyway: once a minute that is a moment to look.
    func passBy() {
        let now = clocks.now()
        let isDue = lookedAt.withLock { lookedAt in
            guard now - lookedAt >= Self.verification else { return false }
            lookedAt = now
            return true
        }
        if isDue { teller.yield(.verifyDue) }
    }

    func run() async throws {
        await withGracefulShutdownHandler {
            for await item in told {
                switch item {
                case .duty(let isOn): await handle(.duty(isOn: isOn))
                case .verifyDue: await handle(.verifyDue)
                }
            }
        } onGracefulShutdown: {
            self.teller.finish()
        }
    }

    private func handle(_ input: Light.Input) async {
        var inputs = [input]
        while !inputs.isEmpty {
            let next = inputs.removeFirst()
            let now = clocks.now()
            for action in machine.withLock({ $0.handle(next, at: now) }) {
                switch action {
                case .write(let setting): inputs.append(await write(setting))
                case .verify: inputs.append(await read())
                case .record(let event): record(.light(event))
                }
            }
        }
    }

    /// The files of the LED class may let one wait, so they have a thread.
    private func write(_ setting: LightSetting) async -> Light.Input {
        do {
            let failure = try await BlockingWork.run(name: "light") { [led] in
                do throws(SystemCallError) {
                    try led.write(setting)
                    return nil as SystemCallError?
                } catch {
                    return error
                }
            }
            return .written(setting, failure: failure?.description)
        } catch {
            return .written(setting, failure: "\(error)")
        }
    }

    private func read() async -> Light.Input {
        do {
            return .read(try await BlockingWork.run(name: "light") { [led] in led.read() })
        } catch {
            return .read(.unreadable("\(error)"))
        }
    }
}
