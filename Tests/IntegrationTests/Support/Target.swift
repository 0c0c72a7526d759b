/// A figure beside what it shall be: in print with how much is lacking, for figures that depend on the machine.
func printTarget(_ what: String, _ value: Double, atLeast target: Double) {
    print("  \(what): \(value), target \(target): " + missed(by: 1 - value / target))
}

/// As ``printTarget(_:_:atLeast:)``, for what shall be small.
func printTarget(_ what: String, _ value: Double, atMost target: Double) {
    print("  \(what): \(value), target \(target): " + missed(by: value / target - 1))
}

private func missed(by part: Double) -> String {
    part <= 0 ? "met" : "missed by \((part * 1000).rounded() / 10) %"
}
