import Glibc
public import PatrolCore
import PatrolSystem

/// Which files of the folder are looked at.
extension ClipFolder {
    /// So many of those that are left out are named.
    static let namedLeftOut = 3

    /// Every file of a folder that may be a clip, in no order.
    /// - Parameter body: gets each name.
    /// - Throws: ``ClipFolderError/folder(_:)``.
    public static func forEachName(in path: String, _ body: (ClipName) -> Void) throws(ClipFolderError) {
        guard let folder = opendir(path) else {
            throw .folder(SystemCallError(call: "opendir", errno: errno, context: path))
        }
        defer { closedir(folder) }
        while true {
            // readdir(3): the end and an error look alike but for errno.
            errno = 0
            guard let entry = readdir(folder) else { break }
            guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { continue }
            // Not the whole array: the kernel's record ends with the name.
            let text = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
            let name = UnsafeRawBufferPointer(start: text, count: strlen(text)).map(\.self)
            if isClipName(name) { body(ClipName(bytes: name)) }
        }
        guard errno == 0 else { throw .folder(SystemCallError(call: "readdir", errno: errno, context: path)) }
    }

    /// The names that are looked at, in the order of their bytes, and those that are not. However many files there are, only
    /// so many names are held.
    static func choice(
        of count: Int,
        in path: String,
        needed: Set<ClipName>
    ) throws(ClipFolderError) -> (names: [ClipName], leftOut: ClipListing.LeftOut?) {
        var wanted: [ClipName] = []
        var others = FirstNames(count: count + namedLeftOut)
        var total = 0
        try forEachName(in: path) { name in
            total += 1
            if needed.contains(name) { wanted.append(name) } else { others.insert(name) }
        }
        wanted.sort()
        let names = wanted.prefix(count) + others.names.prefix(max(0, count - wanted.count))
        guard total > names.count else { return (names.sorted(), nil) }
        let rest = wanted.dropFirst(count) + others.names.dropFirst(max(0, count - wanted.count))
        let leftOut = ClipListing.LeftOut(
            count: total - names.count,
            bound: count,
            firstNames: Array(rest.prefix(namedLeftOut))
        )
        return (names.sorted(), leftOut)
    }
}

/// The first of many names in the order of their bytes.
private struct FirstNames {
    private let count: Int
    private(set) var names: [ClipName] = []

    init(count: Int) {
        self.count = count
    }

    mutating func insert(_ name: ClipName) {
        if names.count == count {
            guard let last = names.last, name < last else { return }
            names.removeLast()
        }
        var range = names.startIndex..<names.endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range = names[middle] < name ? (middle + 1)..<range.upperBound : range.lowerBound..<middle
        }
        names.insert(name, at: range.lowerBound)
    }
}
