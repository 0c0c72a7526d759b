import PatrolCore
import Testing

@Suite("The warning light")
struct LightTests {
    private static let on = LightSetting.blinking(onMilliseconds: 300, offMilliseconds: 700)

    private static func at(_ seconds: Int) -> Instant { Instant(nanosecondsSinceBoot: 0) + .seconds(seconds) }

    /// A light that was seen to be on.
    private static func lit() -> Light {
        var light = Light(pattern: on)
        _ = light.handle(.duty(isOn: true), at: at(0))
        _ = light.handle(.written(on, failure: nil), at: at(0))
        _ = light.handle(.read(.setting(on)), at: at(0))
        return light
    }

    @Test("On with duty, off with its end; each is recorded when it was seen")
    func duty() {
        var light = Light(pattern: Self.on)
        for (isOn, setting) in [(true, Self.on), (false, .off), (true, Self.on)] {
            #expect(light.handle(.duty(isOn: isOn), at: Self.at(1)) == [.write(setting)])
            #expect(light.handle(.duty(isOn: isOn), at: Self.at(1)) == [], "it is ordered already")
            #expect(light.handle(.written(setting, failure: nil), at: Self.at(1)) == [.verify])
            #expect(light.handle(.read(.setting(setting)), at: Self.at(1)) == [.record(.seen(setting))])
            #expect(light.handle(.verifyDue, at: Self.at(2)) == [.verify])
            #expect(light.handle(.read(.setting(setting)), at: Self.at(2)) == [])
            #expect(light.fault == nil && light.wanted == setting)
        }
    }

    @Test("Before anybody has said what it should do, it is left alone")
    func unasked() {
        var light = Light(pattern: Self.on)
        let inputs: [Light.Input] = [
            .verifyDue, .read(.setting(.off)), .read(.other("?")), .read(.unreadable("x")),
            .written(.off, failure: nil), .written(Self.on, failure: "x"),
        ]
        for input in inputs { #expect(light.handle(input, at: Self.at(1)) == []) }
        #expect(light.fault == nil && light.wanted == nil)
    }

    @Test("Somebody else changed it: one fault, written again at once, and one end of it")
    func strangersHand() {
        var light = Self.lit()
        let reason = "it should be blinking, 300 ms on, 700 ms off, but is off"
        #expect(
            light.handle(.read(.setting(.off)), at: Self.at(60))
                == [.record(.fault(reason: reason)), .write(Self.on)]
        )
        #expect(light.fault == reason)
        #expect(light.handle(.written(Self.on, failure: nil), at: Self.at(60)) == [.verify])
        #expect(light.handle(.read(.setting(Self.on)), at: Self.at(61)) == [.record(.restored(after: .seconds(1)))])
        #expect(light.fault == nil)
        #expect(light.handle(.verifyDue, at: Self.at(120)) == [.verify])
    }

    @Test("As long as it lasts it is told once, tried again each time, and the latest reason is shown")
    func lastingFault() {
        var light = Self.lit()
        _ = light.handle(.read(.other("dark")), at: Self.at(60))
        #expect(light.handle(.written(Self.on, failure: nil), at: Self.at(60)) == [.verify])
        #expect(light.handle(.read(.other("dark")), at: Self.at(60)) == [], "no write without end")
        for minute in 2..<10 {
            #expect(light.handle(.verifyDue, at: Self.at(minute * 60)) == [.write(Self.on)])
            #expect(light.handle(.written(Self.on, failure: "/leds/roof: gone"), at: Self.at(minute * 60)) == [])
            #expect(light.fault == "/leds/roof: gone")
        }
        #expect(light.handle(.verifyDue, at: Self.at(600)) == [.write(Self.on)])
        #expect(light.handle(.written(Self.on, failure: nil), at: Self.at(600)) == [.verify])
        #expect(
            light.handle(.read(.setting(Self.on)), at: Self.at(600)) == [.record(.restored(after: .seconds(540)))]
        )
        // A second fault is a fault of its own.
        #expect(light.handle(.read(.unreadable("x")), at: Self.at(660)) == [.record(.fault(reason: "x"))])
    }

    @Test("A light that cannot be written when duty begins: a fault at once; both ends are told when it is seen")
    func brokenFromTheStart() {
        var light = Light(pattern: Self.on)
        _ = light.handle(.duty(isOn: true), at: Self.at(0))
        #expect(
            light.handle(.written(Self.on, failure: "no such file"), at: Self.at(0)) == [
                .record(.fault(reason: "no such file"))
            ]
        )
        #expect(light.handle(.verifyDue, at: Self.at(60)) == [.write(Self.on)])
        _ = light.handle(.written(Self.on, failure: nil), at: Self.at(60))
        #expect(
            light.handle(.read(.setting(Self.on)), at: Self.at(60))
                == [.record(.restored(after: .seconds(60))), .record(.seen(Self.on))]
        )
    }

    @Test("The end of duty during a fault is ordered, and does not hide the fault")
    func endDuringFault() {
        var light = Self.lit()
        _ = light.handle(.read(.unreadable("x")), at: Self.at(60))
        #expect(light.handle(.duty(isOn: false), at: Self.at(70)) == [.write(.off)])
        #expect(light.fault == "x")
        #expect(light.handle(.written(.off, failure: "y"), at: Self.at(70)) == [])
        #expect(light.fault == "y")
        #expect(light.handle(.verifyDue, at: Self.at(120)) == [.write(.off)])
        _ = light.handle(.written(.off, failure: nil), at: Self.at(120))
        #expect(
            light.handle(.read(.setting(.off)), at: Self.at(120))
                == [.record(.restored(after: .seconds(60))), .record(.seen(.off))]
        )
    }

    @Test("The answer to an order that another has followed says nothing")
    func lateAnswer() {
        var light = Self.lit()
        _ = light.handle(.duty(isOn: false), at: Self.at(1))
        #expect(light.handle(.written(Self.on, failure: "late"), at: Self.at(2)) == [])
        #expect(light.handle(.written(Self.on, failure: nil), at: Self.at(2)) == [])
        #expect(light.fault == nil)
    }
}
