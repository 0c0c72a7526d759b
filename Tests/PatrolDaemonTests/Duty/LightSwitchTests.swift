import Foundation
import Glibc
import PatrolCore
import PatrolSystem
import PatrolVehicle
import Testing

@testable import PatrolDaemon

@Suite("The light's thread with real files")
struct LightSwitchTests {
    private let folder: TestFolder
    private let inbox: CartInbox

    private static let pattern = LightSetting.blinking(onMilliseconds: 300, offMilliseconds: 700)

    init() throws {
        folder = try TestFolder()
        inbox = try CartInbox()
        #expect(mkdir(folder.path("roof"), 0o755) == 0)
        for (name, text) in [("trigger", "none"), ("brightness", "0"), ("delay_on", "500"), ("delay_off", "500")] {
            try folder.write(text + "\n", to: "roof/" + name)
        }
    }

    private func light(patience: Duration = .zero) throws -> LightSwitch {
        try LightSwitch(LED(root: folder.path, name: "roof", patience: patience), cart: inbox.cart)
    }

    private func written() async throws -> (LightSetting, failure: String?) {
        try await inbox.next("the write is not told") {
            if case .lightWritten(let setting, let failure) = $0 { (setting, failure) } else { nil }
        }
    }

    private func reading() async throws -> LightReading {
        try await inbox.next("the reading is not told") {
            if case .lightRead(let reading) = $0 { reading } else { nil }
        }
    }

    @Test("What is written is told, and read back as it is")
    func works() async throws {
        let light = try light()
        for setting in [Self.pattern, .off] {
            light.write(setting)
            let (told, failure) = try await written()
            #expect(told == setting && failure == nil)
            light.read()
            #expect(try await reading() == .setting(setting))
        }
        #expect(try folder.text(of: "roof/trigger") == "none\n" && folder.text(of: "roof/brightness") == "0\n")
    }

    @Test(
        "A file that refuses, that is gone or that is none: the write is told as failed, with the path",
        arguments: [
            ("full", "No space left on device"), ("gone", "No such file or directory"), ("folder", "Is a directory"),
            // A FIFO without a reader; with O_NONBLOCK it does not hang.
            ("fifo", "No such device or address"),
        ]
    )
    func refuses(kind: String, words: String) async throws {
        let file = folder.path("roof/brightness")
        #expect(unlink(file) == 0)
        switch kind {
        case "full": #expect(symlink("/dev/full", file) == 0)
        case "folder": #expect(mkdir(file, 0o755) == 0)
        case "fifo": #expect(mkfifo(file, 0o644) == 0)
        default: break
        }
        let light = try light()
        light.write(.off)
        let (setting, failure) = try await written()
        #expect(setting == .off)
        #expect(failure?.contains(file) == true && failure?.contains(words) == true, "\(failure ?? "-")")
        // What comes next is done all the same.
        light.write(Self.pattern)
        #expect(try await written().failure == nil)
    }

    @Test("What cannot be read is told with its reason, and what a stranger set is told as it is")
    func unreadable() async throws {
        let light = try light()
        try folder.write("heartbeat\n", to: "roof/trigger")
        light.read()
        #expect(try await reading() == .other(#"its trigger is "heartbeat""#))
        #expect(unlink(folder.path("roof/trigger")) == 0)
        light.read()
        guard case .unreadable(let reason) = try await reading() else {
            Issue.record("it was read")
            return
        }
        #expect(reason.contains(folder.path("roof/trigger")) && reason.contains("No such file"))
    }

    @Test("A light that lets its thread wait lets nobody else wait; sixteen more orders are kept, and the rest dropped")
    func waits() async throws {
        for name in ["delay_on", "delay_off"] { #expect(unlink(folder.path("roof/" + name)) == 0) }
        let light = try light(patience: .seconds(60))
        light.write(Self.pattern)
        // From here on it waits for the files of the trigger.
        try await eventually("it does not begin") { try folder.text(of: "roof/trigger") == "timer\n" }
        for _ in 0..<40 { light.read() }
        #expect(inbox.inputs.isEmpty)
        for name in ["delay_on", "delay_off"] { try folder.write("500\n", to: "roof/" + name) }
        #expect(try await written().failure == nil)
        for _ in 0..<16 { #expect(try await reading() == .setting(Self.pattern)) }
        light.write(.off)
        #expect(try await written().0 == .off)
        #expect(inbox.inputs.count == 18)
    }
}
