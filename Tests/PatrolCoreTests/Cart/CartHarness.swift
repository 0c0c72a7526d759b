import PatrolCore

/// Drives a ``Cart`` in virtual time: gpsd connects at once, the disk and the light do what they are told.
struct CartHarness {
    static let truth: Int64 = 1_795_525_200_000

    var cart: Cart
    var now = Instant(millisecondsSinceBoot: 300)
    /// Everything that the cart said, in order.
    var actions: [Cart.Action] = []
    /// What the disk makes of a record; `nil` while it hangs.
    var disk: Durability? = .durable

    init(memory: CartMemory = CartMemory(), _ change: (inout CartSettings) -> Void = { _ in }) {
        var position = PositionPipeline.Settings(buildDate: WallTime(millisecondsSince1970: Self.truth - 86_400_000))
        position.zones = []
        var settings = CartSettings(position: position, bootID: "boot")
        change(&settings)
        cart = Cart(settings: settings, memory: memory, at: now)
        tell(.started(version: "1", lastRunEndedWithoutStop: false))
    }

    /// Tells it something, and what comes of what it says.
    mutating func tell(_ input: Cart.Input) {
        var inputs = [input]
        while !inputs.isEmpty {
            let said = cart.handle(inputs.removeFirst(), at: now)
            actions += said
            for action in said {
                switch action {
                case .connectGPS: inputs.append(.gps(.opened))
                case .record(let id, _, _): if let disk { inputs.append(.recorded(id, disk)) }
                case .checkPlayer: inputs.append(.playerChecked(problem: nil))
                case .writeLight(let setting): inputs.append(.lightWritten(setting, failure: nil))
                case .readLight:
                    if let wanted = cart.snapshot(at: now).light?.wanted {
                        inputs.append(.lightRead(.setting(wanted)))
                    }
                default: break
                }
            }
        }
    }

    /// Lets time pass, with all that is due in it.
    mutating func wait(_ duration: Duration) {
        let end = now + duration
        while let due = cart.wakeAt, due <= end {
            now = max(now, due)
            tell(.wakeUp)
        }
        now = end
    }

    mutating func fix(atSecond second: Int64, _ change: (inout Fix) -> Void = { _ in }) {
        now = Instant(millisecondsSinceBoot: second * 1000 + 300)
        var fix = Fix(receivedAt: now, mode: .threeDimensional)
        fix.time = WallTime(millisecondsSince1970: Self.truth + second * 1000)
        fix.latitude = 29.3
        fix.longitude = 106.3 + Double(second) * 0.000_05
        change(&fix)
        tell(.gps(.report(fix, device: "/dev/gps")))
    }

    /// Orders something.
    /// - Returns: the replies that came at once.
    @discardableResult
    mutating func order(_ command: Command, as number: UInt64 = 1) -> [CommandReply] {
        let before = actions.count
        tell(.command(CommandID(rawValue: number), command, .station(operator: "wang")))
        return actions[before...].compactMap { if case .reply(_, let reply) = $0 { reply } else { nil } }
    }

    var events: [EventKind] { actions.compactMap { if case .record(_, let event, _) = $0 { event.kind } else { nil } } }

    var names: [String] { events.map(\.name) }

    var replies: [CommandReply] { actions.compactMap { if case .reply(_, let reply) = $0 { reply } else { nil } } }

    var snapshot: CartSnapshot { cart.snapshot(at: now) }
}
