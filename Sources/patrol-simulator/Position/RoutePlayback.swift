import PatrolCore

/// A cart that drives its route for ever: one epoch a second, in the machine's UTC.
struct RoutePlayback: Playback {
    private static let period: Duration = .seconds(1)

    private var cart: Kinematics
    private var noise: ReceiverNoise
    /// `nil` until the first reader comes and the cart sets off.
    private var timing: (clock: EpochClock, pacing: Pacing)?

    /// - Parameter seed: of the receiver's noise.
    init(plan: RoutePlan, seed: UInt64) {
        cart = Kinematics(plan: plan)
        noise = ReceiverNoise(seed: seed)
    }

    var isLive: Bool { true }

    mutating func begin(at now: Instant, machineTime: WallTime) {
        guard timing == nil else { return }
        let clock = EpochClock(now: now, machineTime: machineTime)
        timing = (clock, Pacing(start: clock.nextWholeSecond, period: Self.period))
    }

    mutating func next(at now: Instant, machineTime: WallTime) -> Burst? {
        guard let tick = timing?.pacing.next(at: now),
            let time = timing?.clock.time(at: tick.due, now: now, machineTime: machineTime)
        else { return nil }
        let seconds = Self.period.inSeconds * Double(tick.missed + 1)
        cart.advance(by: seconds)
        return Burst(due: tick.due, bytes: noise.observe(cart.truth, at: time, after: seconds).bytes)
    }
}

extension Kinematics {
    /// What is true of the cart, for a receiver to get wrong.
    fileprivate var truth: ReceiverNoise.Truth {
        let point = plan.point(at: metresAlong)
        return ReceiverNoise.Truth(
            coordinate: point.coordinate,
            altitude: point.altitude,
            speed: speed,
            course: plan.course(at: metresAlong)
        )
    }
}
