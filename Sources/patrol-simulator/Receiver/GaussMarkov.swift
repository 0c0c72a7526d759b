import PatrolCore

import func Glibc.cos
import func Glibc.exp
import func Glibc.log

/// A first-order Gauss–Markov process of zero mean and unit variance: noise that remembers, as a receiver's error does.
///
/// After t seconds the correlation with the old value is exp(−t/τ), whatever the steps in between.
struct GaussMarkov: Hashable {
    /// τ in seconds.
    let timeConstant: Double
    /// The value now, in standard deviations.
    private(set) var value: Double

    /// Starts in the process's own distribution, not at zero.
    init(timeConstant: Double, using generator: inout some RandomNumberGenerator) {
        self.timeConstant = timeConstant
        value = .gaussian(using: &generator)
    }

    /// Goes on by so many seconds.
    mutating func advance(by seconds: Double, using generator: inout some RandomNumberGenerator) {
        let memory = exp(-seconds / timeConstant)
        value = memory * value + (1 - memory * memory).squareRoot() * .gaussian(using: &generator)
    }
}

extension Double {
    /// A number from the normal distribution of zero mean and unit variance (Box and Muller, 1958).
    static func gaussian(using generator: inout some RandomNumberGenerator) -> Double {
        // Never 0, whose logarithm is not finite.
        let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &generator))).squareRoot()
        return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &generator))
    }
}
