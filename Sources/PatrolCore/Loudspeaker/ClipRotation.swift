/// Which of a programme's clips comes next.
struct ClipRotation: Hashable, Sendable {
    /// In the order in which they take turns; one may occur more than once.
    let names: [String]
    private var place = 0

    init(_ names: [String]) {
        self.names = names
    }

    /// All of them, the one whose turn it is first.
    var inTurn: [String] { Array(names[place...] + names[..<place]) }

    /// Goes on to the one after a clip that has had its turn. It is looked for from where the rotation stands: clips
    /// before it were passed over.
    mutating func advance(past clip: String) {
        guard let steps = inTurn.firstIndex(of: clip) else { return }
        place = (place + steps + 1) % names.count
    }
}
