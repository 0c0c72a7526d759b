@testable import PatrolCore

/// What happens to a vehicle in a night.
enum WorldEvent {
    /// The receiver reports its time, and will again.
    case reading
    /// It will not for a while.
    case gpsLost(Duration)
    /// The receiver's time is another one by so much, and it is the true one.
    case step(Int64)
    /// One report is off by so much.
    case dissent(Int64)
    /// The receiver does something else for a while.
    case mood(NightSources.Mood, Duration)
    /// The clock is in doubt.
    case trustLost
    case zones(Set<String>)
    case motion(Bool)
    case duty(Bool)
    case say(SayRequest)
    case mute(Mute)
    case unmute
    case stop(andQueue: Bool)
    /// The player's program vanishes, or is there again.
    case player(problem: String?)
    case clips([ClipName: Clip])
    /// The daemon gets no time to run.
    case freeze(Duration)
    /// The power is cut and comes back.
    case reboot(off: Int64)
    case end

    var isReading: Bool {
        if case .reading = self { true } else { false }
    }

    /// A night's events in order, more of them near the boundary.
    /// - Parameter earliness: by how much quiet begins before its time, in milliseconds.
    static func night(
        _ plan: NightPlan,
        earliness: Int64,
        _ dice: inout SplitMix64,
        count: Int
    ) -> [(at: Instant, event: WorldEvent)] {
        var events: [(at: Instant, event: WorldEvent)] = [
            (.zero, .reading), (.zero + .milliseconds(2500), .reading), (.zero, .duty(Bool.random(using: &dice))),
            (.zero, .motion(Int.random(in: 0..<3, using: &dice) > 0)),
        ]
        let boundary = Instant.zero + .milliseconds(plan.boundary - plan.beginsAt)
        for _ in 0..<count {
            let isNear = Bool.random(using: &dice)
            let near = boundary + .milliseconds(Int64.random(in: -40_000...10_000, using: &dice))
            let anywhere = Instant.zero + .random(in: .seconds(1)...plan.duration, using: &dice)
            events.append((max(.zero, isNear ? near : anywhere), random(plan, &dice)))
        }
        for clip in plan.clips.values.sorted(by: { $0.name < $1.name }) where Bool.random(using: &dice) {
            // Just in time to end before quiet begins, with half a second to start.
            let spare = 510 + earliness + clip.duration.milliseconds + Int64.random(in: 0...300, using: &dice)
            var request = request(plan, &dice)
            request.clip = clip.name
            events.append((max(.zero, boundary - .milliseconds(spare)), .say(request)))
        }
        if Int.random(in: 0..<4, using: &dice) == 0 {
            // The boundary comes nearer, or goes away, while something plays.
            let size = Int64.random(in: 10_000...50_000, using: &dice)
            let before = Int64.random(in: 10_000...90_000, using: &dice)
            let step = WorldEvent.step(Int.random(in: 0..<4, using: &dice) > 0 ? size : -size)
            events.append((max(.zero, boundary - .milliseconds(before)), step))
        }
        switch Int.random(in: 0..<12, using: &dice) {
        case 0:
            // One second before quiet begins.
            let off = Int64.random(in: 300...90_000, using: &dice)
            events.append((max(.zero, boundary - .seconds(1)), .reboot(off: off)))
        case 1, 2:
            let length = Duration.seconds(Int64.random(in: 60...40_000, using: &dice))
            events.append((.zero + .random(in: .seconds(5)...plan.duration, using: &dice), .gpsLost(length)))
        case 3, 4:
            events += receiverTrouble(at: boundary, &dice)
        default:
            break
        }
        events.append((.zero + plan.duration, .end))
        return events.sorted { $0.at < $1.at }
    }

    /// A receiver that says what is not so in the minutes before the boundary, and may vanish in the middle of it.
    private static func receiverTrouble(
        at boundary: Instant,
        _ dice: inout SplitMix64
    ) -> [(at: Instant, event: WorldEvent)] {
        let begin = max(.zero, boundary - .seconds(Int64.random(in: 3...120, using: &dice)))
        let length = Duration.seconds(Int64.random(in: 5...90, using: &dice))
        let off = Int64.random(in: 3000...3 * 3_600_000, using: &dice) * (Bool.random(using: &dice) ? 1 : -1)
        let trouble: WorldEvent =
            switch Int.random(in: 0..<3, using: &dice) {
            case 0: .dissent(off)
            case 1: .mood(.alternating(off, until: .zero), length)
            default: .mood(.rolledOver(weeks: Bool.random(using: &dice) ? 1 : -1, until: .zero), length)
            }
        guard Int.random(in: 0..<3, using: &dice) == 0 else { return [(begin, trouble)] }
        let lost = begin + .milliseconds(Int64.random(in: 500...20_000, using: &dice))
        return [(begin, trouble), (lost, .gpsLost(.seconds(Int64.random(in: 10...5000, using: &dice))))]
    }

    private static func random(_ plan: NightPlan, _ dice: inout SplitMix64) -> WorldEvent {
        switch Int.random(in: 0..<44, using: &dice) {
        case 40, 41: return .stop(andQueue: Bool.random(using: &dice))
        case 42: return .player(problem: "gone")
        case 43: return .player(problem: nil)
        case 0..<10:
            return .zones(Set(NightPlan.zoneNames.filter { _ in Int.random(in: 0..<3, using: &dice) == 0 }))
        case 10..<16: return .motion(Bool.random(using: &dice))
        case 16..<19: return .duty(Bool.random(using: &dice))
        case 19..<29: return .say(request(plan, &dice))
        case 29:
            let isForGood = Int.random(in: 0..<3, using: &dice) == 0
            let until = plan.boundary + Int64.random(in: -60_000...120_000, using: &dice)
            return .mute(Mute(until: isForGood ? nil : WallTime(millisecondsSince1970: until), requester: "uid 0"))
        case 30...32: return .unmute
        case 33:
            // Not in the order of the dictionary, which is another one in each process.
            let kept = plan.clips.keys.sorted().filter { _ in Int.random(in: 0..<4, using: &dice) > 0 }
            return .clips(plan.clips.filter { kept.contains($0.key) })
        case 34, 35:
            let isSmall = Bool.random(using: &dice)
            let size = Int64.random(in: isSmall ? 10_000...120_000 : 120_000...6 * 3_600_000, using: &dice)
            return .step(Bool.random(using: &dice) ? size : -size)
        case 36: return .trustLost
        case 37, 38: return .freeze(.milliseconds(Int64.random(in: 50...90_000, using: &dice)))
        default: return Int.random(in: 0..<3, using: &dice) == 0 ? .reboot(off: 20_000) : .unmute
        }
    }

    private static func request(_ plan: NightPlan, _ dice: inout SplitMix64) -> SayRequest {
        let names = plan.clips.keys.sorted() + ["missing.ogg"]
        return SayRequest(
            clip: names.randomElement(using: &dice) ?? "",
            priority: [.manual, .manual, .live, .emergency].randomElement(using: &dice) ?? .manual,
            reason: [nil, "", " ", "water rising", "fire"].randomElement(using: &dice) ?? nil,
            requester: "uid 1000",
            repeats: Int.random(in: 0..<8, using: &dice) == 0 ? 3 : 1
        )
    }
}

extension Instant {
    static let zero = Instant(nanosecondsSinceBoot: 0)
}
