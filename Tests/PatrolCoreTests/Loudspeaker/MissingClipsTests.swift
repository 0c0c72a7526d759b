import PatrolCore
import Testing

@Suite("Clips that programmes name")
struct MissingClipsTests {
    private static let programmes = [
        Programme(
            name: "p",
            clips: ["a.wav", "Fraud.wav", "a.wav"],
            timing: .every(gap: .seconds(60)),
            schedule: CivilSchedule()
        ),
        Programme(
            name: "q",
            clips: ["bad.wav", "Fraud.wav"],
            timing: .every(gap: .seconds(60)),
            schedule: CivilSchedule()
        ),
    ]

    private func look(
        _ clips: inout MissingClips,
        good: Set<ClipName>,
        bad: [ClipName: String] = [:],
        because: String? = nil
    ) -> MissingClips.Change? {
        clips.look(isGood: { good.contains($0) }, problem: { bad[$0] }, because: because)
    }

    @Test("Each change is told once, with every programme and clip, and the end of it")
    func changes() {
        var clips = MissingClips(programmes: Self.programmes)
        #expect(clips.missing.isEmpty)
        let first = [
            MissingClip(programme: "p", clip: "Fraud.wav", cause: .absent),
            MissingClip(programme: "q", clip: "bad.wav", cause: .bad(reason: "is silent")),
            MissingClip(programme: "q", clip: "Fraud.wav", cause: .absent),
        ]
        let bad: [ClipName: String] = ["bad.wav": "is silent"]
        #expect(look(&clips, good: ["a.wav", "fraud.wav"], bad: bad) == .missing(first, because: nil))
        #expect(clips.missing == first)
        #expect(look(&clips, good: ["a.wav", "fraud.wav", "more.wav"], bad: bad) == nil)
        #expect(look(&clips, good: ["a.wav", "Fraud.wav"], bad: bad) == .missing([first[1]], because: nil))
        #expect(look(&clips, good: ["a.wav", "Fraud.wav", "bad.wav"]) == .complete)
        #expect(look(&clips, good: ["a.wav", "Fraud.wav", "bad.wav"]) == nil)
        let all = look(&clips, good: [], because: "no folder")
        #expect(all?.details["count"] == .integer(4) && all?.details["because"] == .string("no folder"))
        #expect(look(&clips, good: [], because: "no folder") == nil)
        #expect(look(&clips, good: [], because: "no permission") != nil)
    }

    @Test("What has all its clips has nothing to tell")
    func complete() {
        var clips = MissingClips(programmes: Self.programmes)
        #expect(look(&clips, good: ["a.wav", "Fraud.wav", "bad.wav"]) == nil)
        var none = MissingClips(programmes: [])
        #expect(look(&none, good: [], because: "no folder") == nil)
    }

    @Test("A twin of another encoding is another clip")
    func twin() {
        let programme = Programme(
            name: "p",
            clips: ["caf\u{E9}.wav"],
            timing: .every(gap: .seconds(60)),
            schedule: CivilSchedule()
        )
        var clips = MissingClips(programmes: [programme])
        #expect(look(&clips, good: ["cafe\u{301}.wav"]) != nil)
    }

    @Test("Many are counted, ten are named")
    func bound() {
        let names = (0..<50).map { ClipName("\($0).wav") }
        let programme = Programme(name: "p", clips: names, timing: .every(gap: .seconds(60)), schedule: CivilSchedule())
        var clips = MissingClips(programmes: [programme])
        let details = look(&clips, good: [])?.details
        #expect(details?["count"] == .integer(50))
        #expect(
            details?["clips"]?.text.contains("9.wav") == true && details?["clips"]?.text.contains("10.wav") == false
        )
    }
}
