/// Which of a programme's clips comes next.
struct ClipRotation: Hashable, Sendable {
    /// In the order in which they take turns; one may occur more than once.
    let names: [ClipName]
    private var place = 0

    init(_ names: [ClipName]) {
        self.names = names
    }

    /// All of them, the one whose turn it is first.
    var inTurn: [ClipName] { Array(names[place...] + names[..<place]) }

    /// Goes on to the one after a clip that has had its turn. It is looked for from where the rotation stands: clips
    /// before it were passed over.
    mutating func advance(past clip: ClipName) {
        guard let steps = inTurn.firstIndex(of: clip) else { return }
        place = (place + steps + 1) % names.count
    }
}
