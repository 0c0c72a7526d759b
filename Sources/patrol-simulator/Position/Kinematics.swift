/// An electric patrol cart on its route: it gathers speed gently, slows down in time and waits at its stops.
struct Kinematics {
    /// m/s²: a loaded cart's start.
    static let acceleration = 0.6
    /// m/s²: a driver's ordinary braking.
    static let braking = 0.8
    /// The longest step of the simulation in seconds.
    private static let longestStep = 0.05
    /// Metres before a stop at which the cart has arrived.
    private static let arrivalMetres = 0.05

    /// What the cart does.
    enum State: Equatable {
        /// It drives, or is about to.
        case driving
        /// It waits at a stop.
        case dwelling(stop: RoutePlan.Stop, secondsLeft: Double)
    }

    /// The road.
    let plan: RoutePlan
    /// What the cart does.
    private(set) var state: State = .driving
    /// Where on the route, 0 ..< the length of a lap.
    private(set) var metresAlong = 0.0
    /// m/s.
    private(set) var speed = 0.0
    /// Laps completed.
    private(set) var laps = 0

    /// A cart at rest at the first point of its route, about to set off.
    init(plan: RoutePlan) {
        self.plan = plan
    }

    /// The cart so many seconds later.
    mutating func advance(by seconds: Double) {
        guard seconds > 0 else { return }
        let steps = (seconds / Self.longestStep).rounded(.up)
        for _ in 0..<Int(steps) { step(seconds / steps) }
    }

    private mutating func step(_ seconds: Double) {
        switch state {
        case .dwelling(let stop, let left) where left > seconds:
            state = .dwelling(stop: stop, secondsLeft: left - seconds)
        case .dwelling:
            state = .driving
        case .driving:
            drive(seconds)
        }
    }

    private mutating func drive(_ seconds: Double) {
        var next = min(speed + Self.acceleration * seconds, plan.speedCeiling(at: metresAlong))
        for bend in plan.bends {
            next = min(next, safeSpeed(before: ahead(bend.metresAlong), atMost: bend.speed, for: seconds))
        }
        for stretch in plan.slowStretches {
            let start = ahead(stretch.metresAlong.lowerBound)
            next = min(next, safeSpeed(before: start, atMost: stretch.speed, for: seconds))
        }
        let upcoming = plan.stops.min { ahead($0.metresAlong) < ahead($1.metresAlong) }
        if let stop = upcoming {
            let distance = ahead(stop.metresAlong)
            next = min(next, safeSpeed(before: distance, atMost: 0, for: seconds))
            if distance - next * seconds < Self.arrivalMetres {
                move(by: distance)
                metresAlong = stop.metresAlong
                speed = 0
                state = .dwelling(stop: stop, secondsLeft: stop.dwellSeconds)
                return
            }
        }
        move(by: next * seconds)
        speed = next
    }

    private mutating func move(by distance: Double) {
        metresAlong += distance
        while metresAlong >= plan.length {
            metresAlong -= plan.length
            laps += 1
        }
    }

    /// Metres to a place on the route; a whole lap to where the cart is now.
    private func ahead(_ place: Double) -> Double {
        place > metresAlong ? place - metresAlong : place - metresAlong + plan.length
    }

    /// The highest speed for the coming step from which a place can still be passed at no more than `limit`.
    ///
    /// After the step the cart must be able to brake: v² ≤ limit² + 2 · b · (distance − v · t), solved for v.
    private func safeSpeed(before distance: Double, atMost limit: Double, for seconds: Double) -> Double {
        let step = Self.braking * seconds
        return (step * step + limit * limit + 2 * Self.braking * distance).squareRoot() - step
    }
}
