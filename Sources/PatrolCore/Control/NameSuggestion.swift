/// Which of some names a person may have meant who gave another one.
public enum NameSuggestion {
    /// In this order: the same but for the case of its letters; the same but for a file name's extension; one that
    /// differs in a few letters, with or without extension. `nil` if none is near.
    public static func nearest(to word: String, among names: some Sequence<String>) -> String? {
        let names = names.sorted()
        let lower = word.lowercased()
        if let same = names.first(where: { $0.lowercased() == lower }) { return same }
        if let stem = names.first(where: { self.stem($0).lowercased() == self.stem(lower) }) { return stem }
        if let near = EditDistance.nearest(to: word, among: names) { return near }
        guard let stem = EditDistance.nearest(to: self.stem(word), among: names.map(self.stem)) else { return nil }
        return names.first { self.stem($0) == stem }
    }

    /// A file's name without its extension.
    private static func stem(_ name: String) -> String {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
        return String(name[..<dot])
    }
}
