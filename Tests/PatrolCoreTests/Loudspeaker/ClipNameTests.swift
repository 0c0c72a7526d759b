import PatrolCore
import Testing

/// A clip is told by the bytes of its file's name.
struct ClipNameTests {
    private static let composed = "caf\u{E9}.wav"
    private static let decomposed = "cafe\u{301}.wav"

    @Test("Names that Unicode counts as one are two clips")
    func twins() {
        #expect(Self.composed == Self.decomposed, "Swift's texts are equal; this is what must not decide")
        #expect(ClipName(Self.composed) != ClipName(Self.decomposed))
        #expect(Set([ClipName(Self.composed), ClipName(Self.decomposed)]).count == 2)
        #expect(ClipName(Self.decomposed) < ClipName(Self.composed), "65 CC 81 comes before C3 A9")
        #expect(ClipName(Self.composed) == ClipName(bytes: [0x63, 0x61, 0x66, 0xC3, 0xA9] + Array(".wav".utf8)))
        #expect(ClipName("Fraud.wav") != ClipName("fraud.wav"))
    }

    @Test("Each twin is played where it is named, and counts its own failures")
    func twinsPlay() {
        let twins = [Self.composed, Self.decomposed].map { text in
            var clip = Clip.silence(ClipName(text), seconds: 5)
            clip.sha256 = text.utf8.count == 9 ? "composed" : "decomposed"
            return clip
        }
        var rig = AnnouncerRig(programmes: [.plain(clips: twins, gap: .seconds(60))], clips: twins)
        rig.run(for: .seconds(135))
        #expect(rig.orders.map(\.clip.sha256) == ["composed", "decomposed", "composed"])
        #expect(rig.say(twins[1]) != .refused(.unknownClip(twins[1].name)))
        rig.tell(.clipsChanged([twins[0].name: twins[0]]))
        #expect(rig.say(twins[1]) == .refused(.unknownClip(twins[1].name)))
    }

    /// The bytes of a name, and how people see it.
    private static let shown: [(bytes: [UInt8], shown: String, isPlain: Bool)] = [
        (Array("fire.wav".utf8), "fire.wav", true),
        (Array("防诈骗 提醒.wav".utf8), "防诈骗 提醒.wav", true),
        (Array(decomposed.utf8), decomposed, true),
        ([], "", true),
        (Array("a\u{1B}[2Jb.wav".utf8), "a\\x1b[2Jb.wav", false),
        (Array("a\nb\u{7F}.wav".utf8), "a\\nb\\x7f.wav", false),
        // The control sequence introducer of C1, as UTF-8 and as the byte alone.
        (Array("a\u{9B}b".utf8), "a\\x9bb", false),
        ([0x61, 0x9B, 0x62], "a\\x9bb", false),
        // Latin-1, a sequence that breaks off, a surrogate, an overlong form.
        ([0x63, 0x61, 0x66, 0xE9, 0x2E], "caf\\xe9.", false),
        ([0xE9, 0x98], "\\xe9\\x98", false),
        ([0xED, 0xA0, 0x80], "\\xed\\xa0\\x80", false),
        ([0xC0, 0xAF], "\\xc0\\xaf", false),
        (Array("a\u{200B}b\u{FEFF}.wav".utf8), "a\\u200bb\\ufeff.wav", false),
        (Array("👩‍🚒.wav".utf8), "👩‍🚒.wav", true),
        // What Swift's repair would make of the last ones is a name, too.
        (Array("\u{FFFD}.wav".utf8), "\u{FFFD}.wav", true),
    ]

    @Test("What cannot be shown is shown by its number, and what is no text by its bytes", arguments: shown.indices)
    func description(index: Int) {
        let row = Self.shown[index]
        let name = ClipName(bytes: row.bytes)
        #expect(name.description.utf8.elementsEqual(row.shown.utf8), "\(name.description)")
        #expect(name.isPlain == row.isPlain)
        #expect((name.text == nil) == (String(validating: row.bytes, as: UTF8.self) == nil))
    }
}
