public import PatrolCore

/// Which clip was meant by a name that is none.
public enum NearestClip {
    /// - Parameters:
    ///   - clip: the name that is none.
    ///   - names: those that there are.
    /// - Returns: words to put behind the fault, beginning with a semicolon; "" if no name is near.
    public static func hint(for clip: ClipName, among names: some Sequence<ClipName>) -> String {
        let names = Array(names)
        let shown = clip.description
        // Swift's texts are equal whatever their encoding is, and this is the one place where that is wanted.
        if let twin = names.first(where: { $0 != clip && $0.description == shown }) {
            return
                "; a file \"\(twin)\" looks the same, but its letters are encoded differently (Unicode NFC and NFD): "
                + "rename it"
        }
        let nearest = NameSuggestion.nearest(to: shown, among: names.map(\.description))
        return nearest.map { "; did you mean \"\($0)\"?" } ?? ""
    }
}
