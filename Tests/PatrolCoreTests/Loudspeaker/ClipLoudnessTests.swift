import PatrolCore
import Testing

@Suite("How loud a clip comes out")
struct ClipLoudnessTests {
    /// The loudness at a target of −16 LUFS, and what is said about it.
    private static let rows: [(atTarget: Double?, shortfall: Double?)] = [
        (nil, nil), (-16, nil), (-15, nil), (-18.9, nil), (-19, nil), (-23, 7), (-46, 30),
    ]

    @Test("One that stays more than 3 LU below the others is told", arguments: rows.indices)
    func shortfall(index: Int) {
        let row = Self.rows[index]
        var clip = Clip.silence("a.wav", seconds: 1)
        clip.loudnessAtTargetLUFS = row.atTarget
        #expect(clip.shortfall(targetLUFS: -16) == row.shortfall)
    }
}
