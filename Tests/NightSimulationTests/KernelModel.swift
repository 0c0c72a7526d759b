import PatrolCore

/// The kernel's clock: held by NTP, which is honest, or by nobody, which is worth nothing.
struct KernelModel {
    enum State: Equatable {
        /// Off by so much, and nobody says that it is right: the battery's clock, or one that a person has set.
        case free(offMilliseconds: Int64)
        /// Within its maximum error.
        case held(maximumErrorMilliseconds: Int64)

        static func any(using dice: inout SplitMix64) -> State {
            Bool.random(using: &dice)
                ? .held(maximumErrorMilliseconds: Int64.random(in: 1...3000, using: &dice))
                : .free(offMilliseconds: Int64.random(in: -36_000...36_000, using: &dice) * 1000)
        }
    }

    /// One night in four NTP is there from beginning to end.
    let isHeldForGood: Bool
    var state: State
    /// How wrong NTP is, as a way that is longer in one direction makes it: in hundredths of its maximum error.
    private let bias: Int64

    init(using dice: inout SplitMix64) {
        bias = Int64.random(in: -100...100, using: &dice)
        isHeldForGood = Int.random(in: 0..<4, using: &dice) == 0
        state =
            isHeldForGood
            ? .held(maximumErrorMilliseconds: Int64.random(in: 1...3000, using: &dice))
            : .any(using: &dice)
        // Most carts have no network before they drive.
        if !isHeldForGood, Bool.random(using: &dice) { state = .free(offMilliseconds: -3_600_000) }
    }

    /// After a cut NTP is not there yet, unless the network is always good.
    mutating func powerUp() {
        if !isHeldForGood { state = .free(offMilliseconds: -3_600_000) }
    }

    /// What the kernel says.
    func time(_ truth: Int64, at instant: Instant, using dice: inout SplitMix64) -> KernelTime {
        switch state {
        case .free(let off):
            KernelTime(
                time: WallTime(millisecondsSince1970: truth + off),
                at: instant,
                isSynchronised: false,
                // What an NTP client said once, or the kernel's own opinion.
                maximumError: .milliseconds(Int64.random(in: 0...16_000, using: &dice))
            )
        case .held(let error):
            KernelTime(
                time: WallTime(millisecondsSince1970: truth + bias * error / 100),
                at: instant,
                isSynchronised: true,
                maximumError: .milliseconds(error)
            )
        }
    }
}
