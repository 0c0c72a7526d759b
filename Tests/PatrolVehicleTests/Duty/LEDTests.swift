import Glibc
import PatrolCore
import PatrolSystem
import PatrolVehicle
import Testing

@Suite("The light's files")
struct LEDTests {
    private static let pattern = LightSetting.blinking(onMilliseconds: 300, offMilliseconds: 700)

    @Test("On: the trigger, then the delays, which come only with it; off: the trigger, then the brightness")
    func order() throws {
        let folder = try LEDFolder(.kernel)
        defer { folder.close() }
        #expect(folder.led.read() == .other(#"not blinking, its brightness is "255""#))
        try folder.led.write(Self.pattern)
        #expect(try folder.writes(3) == ["trigger timer", "delay_on 300", "delay_off 700"])
        #expect(folder.led.read() == .setting(Self.pattern))
        #expect(folder.text("trigger") == "none [timer] heartbeat\n")
        try folder.led.write(.off)
        #expect(try folder.writes(5).suffix(2) == ["trigger none", "brightness 0"])
        #expect(folder.led.read() == .setting(.off))
        #expect(folder.text("delay_on") == nil)
    }

    @Test("The order is the same where all files are there already")
    func plain() throws {
        let folder = try LEDFolder(.plain)
        defer { folder.close() }
        try folder.led.write(Self.pattern)
        #expect(folder.led.read() == .setting(Self.pattern))
        // Who watches reads what a file holds by then: two writes of one in a row look like the second twice.
        #expect(try folder.writes(3).count == 3)
        try folder.led.write(.off)
        #expect(folder.led.read() == .setting(.off))
        #expect(
            try folder.writes(5) == ["trigger timer", "delay_on 300", "delay_off 700", "trigger none", "brightness 0"]
        )
    }

    @Test("A timer that runs is not set again: that would make its files anew, and root's")
    func runningTimer() throws {
        let folder = try LEDFolder(.kernel)
        defer { folder.close() }
        try folder.led.write(Self.pattern)
        try folder.led.write(.blinking(onMilliseconds: 100, offMilliseconds: 100))
        #expect(try folder.writes(5).suffix(2) == ["delay_on 100", "delay_off 100"])
        #expect(folder.led.read() == .setting(.blinking(onMilliseconds: 100, offMilliseconds: 100)))
    }

    @Test("Nothing is written when the value goes, and nothing by reading")
    func leftAlone() throws {
        let folder = try LEDFolder(.kernel)
        defer { folder.close() }
        do {
            let led = folder.led
            try led.write(Self.pattern)
            for _ in 0..<3 { _ = led.read() }
        }
        // A last write of the test's own comes after everything that a deinit might have written.
        try LED(root: folder.root, name: "roof").write(Self.pattern)
        #expect(
            try folder.writes(5) == [
                "trigger timer", "delay_on 300", "delay_off 700", "delay_on 300", "delay_off 700",
            ]
        )
    }

    @Test(
        "What else the files can say",
        arguments: [
            ("none timer [heartbeat]", "500", #"its trigger is "heartbeat""#),
            ("none timer heartbeat", "500", #"its trigger file names none: "none timer heartbeat""#),
            ("[none] [timer]", "500", #"its trigger file names none: "[none] [timer]""#),
            ("", "500", #"its trigger file names none: """#),
            ("none [timer]", "soon", #"blinking, but its delays are "soon" and "500""#),
            ("none [timer]", "", #"blinking, but its delays are "" and "500""#),
            ("[none] timer", "500", #"not blinking, its brightness is "255""#),
        ]
    )
    func others(trigger: String, delay: String, reading: String) throws {
        let folder = try LEDFolder(.plain)
        defer { folder.close() }
        folder.place("trigger", trigger)
        folder.place("delay_on", delay)
        #expect(folder.led.read() == .other(reading))
    }

    @Test("A missing light, a missing file, a file that cannot be written: errors that name it")
    func failures() throws {
        let folder = try LEDFolder(.plain)
        defer { folder.close() }
        let roof = folder.root + "/roof"
        let missing = LED(root: folder.root, name: "rear")
        let noTrigger = SystemCallError(call: "open", errno: ENOENT, context: folder.root + "/rear/trigger")
        #expect(throws: noTrigger) { try missing.write(Self.pattern) }
        #expect(throws: noTrigger) { try missing.write(.off) }
        #expect(missing.read() == .unreadable("\(noTrigger)"))

        folder.remove("brightness")
        #expect(throws: SystemCallError(call: "open", errno: ENOENT, context: roof + "/brightness")) {
            try folder.led.write(.off)
        }
        folder.remove("delay_off")
        let impatient = LED(root: folder.root, name: "roof", patience: .milliseconds(30))
        #expect(throws: SystemCallError(call: "open", errno: ENOENT, context: roof + "/delay_off")) {
            try impatient.write(Self.pattern)
        }
        #expect(folder.text("delay_off") == nil, "a file that is missing is not made")

        folder.remove("delay_on", insteadFolder: true)
        #expect(throws: SystemCallError(call: "open", errno: EISDIR, context: roof + "/delay_on")) {
            try folder.led.write(Self.pattern)
        }
        // A file of the kernel's that nobody can write, not even root.
        folder.remove("trigger", insteadLinkTo: "/proc/version")
        let error = #expect(throws: SystemCallError.self) { try folder.led.write(Self.pattern) }
        #expect(error?.context == roof + "/trigger")
        #expect(error.map { [EIO, EACCES, EINVAL, EPERM].contains($0.errno) } == true, "\(String(describing: error))")
    }
}
