import Testing

@testable import PatrolCore

@Suite("What follows for one policy from what another has decided")
struct CartTests {
    @Test("When the position is lost, or no fix can be believed, its zones are lost too, until one is")
    func zones() {
        var cart = CartHarness()
        #expect(cart.snapshot.zones == nil)
        cart.fix(atSecond: 0)
        #expect(cart.snapshot.zones == [] && cart.snapshot.hasFix)
        cart.wait(.seconds(8))
        #expect(cart.snapshot.zones == nil && !cart.snapshot.hasFix)
        #expect(cart.names.last == "gps.lost")
        cart.fix(atSecond: 10) { $0.horizontalError = 5000 }
        #expect(cart.snapshot.zones == nil)
        cart.fix(atSecond: 11)
        #expect(cart.snapshot.zones == [])
    }

    @Test("While nobody knows where it is, it is wherever a rule wants silence")
    func quietZones() throws {
        let school = QuietRule(name: "school", schedule: CivilSchedule(), zones: ["school"])
        var cart = CartHarness { settings in
            settings.loudspeaker = .plain(rules: [school])
            settings.quietZones = ["school"]
        }
        func silence() -> String? { cart.snapshot.announcer?.status.silence?.code }
        #expect(silence() == "clock-untrusted")
        for second in 0...4 as ClosedRange<Int64> { cart.fix(atSecond: second) }
        #expect(silence() != "quiet")
        cart.wait(.seconds(8))
        #expect(silence() == "quiet", "the position is lost, and it may be at the school")
        cart.fix(atSecond: 20)
        #expect(silence() != "quiet")
    }

    @Test("The kernel's clock and the receiver's are told in the order in which they were read")
    func order() throws {
        var cart = CartHarness()
        for second in 0...2 as ClosedRange<Int64> { cart.fix(atSecond: second) }
        cart.now = Instant(millisecondsSinceBoot: 3000)
        cart.tell(
            .kernelClock(
                KernelTime(
                    time: WallTime(millisecondsSince1970: CartHarness.truth + 3000),
                    at: cart.now,
                    isSynchronised: true,
                    maximumError: .milliseconds(1)
                )
            )
        )
        let learned = cart.actions.compactMap { if case .learnClock(let offset) = $0 { offset.source } else { nil } }
        #expect(learned == [.gps, .ntp])
        guard case .trusted(let offset) = cart.snapshot.clock.state(at: cart.now) else {
            Issue.record("no clock")
            return
        }
        #expect(offset.source == .ntp)
    }

    @Test("Duty lights the light, is kept with its record, and comes back after a restart")
    func duty() throws {
        let pattern = LightSetting.blinking(onMilliseconds: 500, offMilliseconds: 500)
        var cart = CartHarness { $0.light = pattern }
        #expect(cart.actions.contains(.writeLight(.off)))
        #expect(cart.order(.startDuty(.patrol, officer: OfficerID("110233"))) == [.done])
        #expect(cart.actions.contains(.writeLight(pattern)))
        #expect(cart.names.suffix(2) == ["duty.started", "light.on"])
        let kept = cart.actions.compactMap { if case .record(_, _, let state?) = $0 { state } else { nil } }
        let state = try #require(kept.first)
        let memory = CartMemory(odometerMetres: 0, states: [state.name: try #require(state.details)])
        let next = CartHarness(memory: memory) { $0.light = pattern }
        #expect(next.snapshot.duty?.officer?.description == "110233")
        #expect(next.actions.contains(.writeLight(pattern)))
        #expect(
            cart.order(.startDuty(.patrol, officer: nil)) == [
                .refused(.duty(.running(try #require(cart.snapshot.duty))))
            ]
        )
        #expect(cart.order(.endDuty) == [.done])
        #expect(cart.order(.endDuty) == [.refused(.duty(.notRunning))])
        #expect(cart.snapshot.duty == nil)
    }

    @Test("The light is looked at once a minute, while something else wakes the cart anyway")
    func light() {
        var cart = CartHarness { $0.light = .blinking(onMilliseconds: 1, offMilliseconds: 1) }
        let before = cart.actions.count { $0 == .readLight }
        for second in 0...130 as ClosedRange<Int64> { cart.fix(atSecond: second) }
        #expect(cart.actions.count { $0 == .readLight } == before + 2)
    }

    @Test("A cart without a loudspeaker refuses what is for one, and takes the rest")
    func noLoudspeaker() {
        var cart = CartHarness()
        for command: Command in [
            .say("a.wav", .manual, reason: nil, repeats: 1), .stop(andQueue: true), .mute(until: nil), .unmute,
        ] {
            #expect(cart.order(command) == [.refused(.noLoudspeaker)])
        }
        #expect(cart.order(.mark(text: "x")) == [.done])
        #expect(cart.names.last == "mark")
    }

    @Test("A player that was missing is looked at before a turn is skipped for its want")
    func player() {
        var cart = CartHarness { $0.loudspeaker = .plain(programmes: [.plain(gap: .seconds(60))]) }
        cart.tell(.playerChecked(problem: "gone"))
        cart.tell(.clipsChecked(ClipFindings(clips: [Clip.a.name: .a])))
        #expect(cart.snapshot.announcer?.status.playerProblem == "gone")
        // The harness says that it is back whenever the cart asks.
        cart.tell(.lookedAt)
        #expect(cart.snapshot.announcer?.status.playerProblem == nil)
    }
}

@Suite("A reply follows the durable record")
struct CommandReplyTests {
    @Test(
        "Nothing is answered before the disk has it; what it says decides the answer",
        arguments: [
            (Durability.durable, CommandReply.done),
            (.waiting(reason: "full"), .notDurable(.waiting(reason: "full"), isInForce: false)),
            (.lost(reason: "no room"), .notDurable(.lost(reason: "no room"), isInForce: false)),
        ]
    )
    func mark(durability: Durability, reply: CommandReply) throws {
        var cart = CartHarness()
        cart.disk = nil
        #expect(cart.order(.mark(text: nil)).isEmpty)
        let ids = cart.actions.compactMap { if case .record(let id, _, _) = $0 { id } else { nil } }
        cart.tell(.recorded(try #require(ids.last), durability))
        #expect(cart.replies == [reply])
    }

    @Test("A disk that hangs is waited for five seconds, and the answer says so; a late one is not answered twice")
    func hangs() {
        var cart = CartHarness()
        cart.disk = nil
        cart.order(.startDuty(.visit, officer: nil))
        cart.wait(.milliseconds(4999))
        #expect(cart.replies.isEmpty)
        cart.wait(.milliseconds(1))
        let reason = "the disk has not answered for 5000 ms"
        #expect(cart.replies == [.notDurable(.waiting(reason: reason), isInForce: true)])
        cart.disk = .durable
        for id in 1...10 as ClosedRange<UInt64> { cart.tell(.recorded(RecordID(rawValue: id), .durable)) }
        #expect(cart.replies.count == 1)
    }

    @Test("A stop has several records: one that is lost is not made good by one that is not")
    func several() {
        var cart = CartHarness { $0.loudspeaker = .plain() }
        cart.disk = nil
        let before = cart.actions.count
        cart.order(.mute(until: nil))
        let ids = cart.actions[before...].compactMap { if case .record(let id, _, _) = $0 { id } else { nil } }
        #expect(ids.count == 2)
        cart.tell(.recorded(ids[0], .lost(reason: "x")))
        #expect(cart.replies.isEmpty)
        cart.tell(.recorded(ids[1], .durable))
        #expect(cart.replies == [.notDurable(.lost(reason: "x"), isInForce: true)])
    }

    @Test("Orders are refused while the disk takes nothing and enough waits; silence is taken all the same")
    func noRoom() {
        var cart = CartHarness { $0.loudspeaker = .plain() }
        cart.tell(.journalBacklog(events: 899))
        #expect(cart.order(.mark(text: nil)) == [.done])
        cart.tell(.journalBacklog(events: 900))
        for command: Command in [.mark(text: nil), .startDuty(.patrol, officer: nil), .unmute] {
            guard case .notDurable(.lost, isInForce: false)? = cart.order(command).first else {
                Issue.record("\(command) was taken")
                return
            }
        }
        #expect(cart.order(.mute(until: nil)) == [.done])
        #expect(cart.snapshot.announcer?.status.mute != nil)
    }

    @Test("A mute until a time that has passed is refused with the time that it is; while nobody knows it, it is taken")
    func passed() {
        var cart = CartHarness { $0.loudspeaker = .plain() }
        let early = WallTime(millisecondsSince1970: CartHarness.truth)
        #expect(cart.order(.mute(until: early)) == [.done])
        for second in 0...4 as ClosedRange<Int64> { cart.fix(atSecond: second) }
        guard case .refused(.timePassed(early, let now))? = cart.order(.mute(until: early)).first else {
            Issue.record("it was taken")
            return
        }
        #expect(now > early)
    }

    @Test("Who waits for the end of a clip is told at the stop that it will not come, and nothing is taken any more")
    func stop() {
        var cart = CartHarness { $0.loudspeaker = .plain() }
        cart.tell(.clipsChecked(ClipFindings(clips: [Clip.a.name: .a])))
        for second in 0...4 as ClosedRange<Int64> { cart.fix(atSecond: second) }
        let reply = cart.order(.say(Clip.a.name, .manual, reason: nil, repeats: 1), as: 7)
        #expect(reply == [.accepted(PlayID(rawValue: 1), ahead: 0)])
        #expect(cart.names.last == "control.command")
        cart.tell(.concludeAll)
        #expect(cart.actions.last == .conclude(CommandID(rawValue: 7), nil))
        cart.tell(.shutDown)
        #expect(cart.actions.contains(.stopPlay(PlayID(rawValue: 1))))
        #expect(cart.order(.mark(text: nil)) == [.refused(.stopping)])
    }
}

extension AnnouncerSettings {
    fileprivate static func plain(programmes: [Programme] = [], rules: [QuietRule] = []) -> AnnouncerSettings {
        let zone = CivilZone.fixed(secondsEastOfUTC: 8 * 3600)
        return AnnouncerSettings(
            gate: QuietGate(hours: QuietHours(rules: rules, zone: zone)),
            zone: zone,
            programmes: programmes,
            clips: nil
        )
    }
}
