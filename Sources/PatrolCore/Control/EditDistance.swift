/// How many letters two names differ by: tells a person which name was meant.
public enum EditDistance {
    /// The name nearest to `word`, if at most a third of its letters (at least one, at most three) differ.
    public static func nearest(to word: String, among names: some Sequence<String>) -> String? {
        let bound = min(3, max(1, word.count / 3))
        return names.sorted()
            .map { (name: $0, distance: between(word, $0)) }
            .filter { $0.distance <= bound }
            .min { $0.distance < $1.distance }?
            .name
    }

    /// Levenshtein's distance: insertions, deletions and substitutions count one each.
    public static func between(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let substitution = diagonal + (letter == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(substitution, row[column] + 1, row[column + 1] + 1)
            }
        }
        return row[right.count]
    }
}
