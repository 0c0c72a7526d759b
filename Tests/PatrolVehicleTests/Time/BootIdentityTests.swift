import Foundation
import PatrolSystem
import PatrolVehicle
import Testing

@Suite("The name of this boot")
struct BootIdentityTests {
    @Test("The boot has a name that stays")
    func bootIdentity() throws {
        let identity = try BootIdentity.read()
        #expect(try BootIdentity.read() == identity)
        #expect(UUID(uuidString: identity) != nil)
    }

    @Test(
        "What is no boot id is refused, naming the file",
        arguments: [
            "", "\n", "0e2a0d4b-7d55-4f0c-a6f0-3c1a8b6f4c2", "0e2a0d4b-7d55-4f0c-a6f0-3c1a8b6f4c2dd",
            "0E2A0D4B-7D55-4F0C-A6F0-3C1A8B6F4C2D", "0e2a0d4b+7d55-4f0c-a6f0-3c1a8b6f4c2d",
            String(repeating: "a", count: 4096),
        ]
    )
    func notABootID(text: String) throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "boot_id")
        try Data(text.utf8).write(to: file)
        let error = #expect(throws: SystemCallError.self) { try BootIdentity.read(from: file.path) }
        #expect(error?.description.contains(file.path) == true)
    }

    @Test("A boot id without the line's end is one too; a missing file is an error that names it")
    func files() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "boot_id")
        #expect(throws: SystemCallError(call: "open", errno: ENOENT, context: file.path)) {
            try BootIdentity.read(from: file.path)
        }
        let identity = "0e2a0d4b-7d55-4f0c-a6f0-3c1a8b6f4c2d"
        try Data(identity.utf8).write(to: file)
        #expect(try BootIdentity.read(from: file.path) == identity)
    }
}

/// A folder of a test's own that goes with it.
private final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "patrold-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        // What cannot be removed lies in the system's folder for such things.
        try? FileManager.default.removeItem(at: url)
    }
}
