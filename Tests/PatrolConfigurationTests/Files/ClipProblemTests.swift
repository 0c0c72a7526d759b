import Foundation
import PatrolCore
import Testing

@testable import PatrolConfiguration

@Suite("Clips that a configuration names")
struct ClipProblemTests {
    private static let names: [ClipName] = ["fraud.wav", "fire.ogg", "cafe\u{301}.wav", "防诈骗.wav"]

    @Test(
        "Which file was meant",
        arguments: [
            ("Fraud.wav", "; did you mean \"fraud.wav\"?"), ("FIRE.OGG", "; did you mean \"fire.ogg\"?"),
            ("fraud.wave", "; did you mean \"fraud.wav\"?"), ("防炸骗.wav", "; did you mean \"防诈骗.wav\"?"),
            ("fire.wav", "; did you mean \"fire.ogg\"?"), ("something.wav", ""), ("", ""),
        ]
    )
    func nearest(_ name: String, _ hint: String) {
        #expect(NearestClip.hint(for: ClipName(name), among: Self.names) == hint)
        #expect(NearestClip.hint(for: ClipName(name), among: []) == "")
    }

    @Test("A twin of another encoding is named as what it is")
    func twin() {
        let hint = NearestClip.hint(for: "caf\u{E9}.wav", among: Self.names)
        #expect(hint.contains("looks the same") && hint.contains("NFC and NFD"))
    }

    @Test("Each missing clip is a problem of its programme's key; too many files are one of the folder's")
    func problems() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "patrold-clips-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // What cannot be removed lies in the system's folder for such things.
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["fraud.wav", "cafe\u{301}.wav"] { try Data().write(to: folder.appending(path: name)) }
        var configuration = try Configuration.parse(
            """
            vehicle = "a"
            [loudspeaker]
            player = "/bin/true"
            clips = "\(folder.path)"
            [[programme]]
            name = "p"
            clips = ["fraud.wav"]
            [[programme]]
            name = "q"
            clips = ["Fraud.wav", "caf\u{E9}.wav", "gone.wav"]
            """,
            path: "a.toml"
        )
        func problems() -> [String] {
            configuration.fileProblems().map { "\($0)" }.filter { $0.contains("clips") }
        }
        let found = problems()
        try #require(found.count == 3, "\(found)")
        #expect(
            found[0]
                == "programme[2].clips: has \"Fraud.wav\", which is not in \(folder.path); did you mean \"fraud.wav\"? "
                + "(allowed: its .wav, .flac, .ogg and .mp3 files, letter by letter)"
        )
        #expect(found[1].contains("looks the same"))
        #expect(found[2].contains("\"gone.wav\", which is not in"))
        configuration.loudspeaker?.programmes = []
        for number in 0..<500 { try Data().write(to: folder.appending(path: "\(number).wav")) }
        #expect(problems() == ["loudspeaker.clips: names \(folder.path), which has 502 clips; allowed: up to 500"])
    }
}
