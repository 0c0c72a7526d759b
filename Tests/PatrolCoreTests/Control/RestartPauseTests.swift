import PatrolCore
import Testing

@Suite("Starts that fail come slower and slower, and for ever")
struct RestartPauseTests {
    @Test(
        "The pause",
        arguments: [
            (-1, 0), (0, 0), (1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 32), (7, 60), (8, 60), (1_000_000, 60),
            (Int.max, 60),
        ]
    )
    func pause(failures: Int, seconds: Int) {
        #expect(RestartPause.pause(afterFailures: failures) == .seconds(seconds))
    }
}
