/// One folder of a disk, and what a power cut may leave of it.
///
/// What is promised is what fsync(2) says: the content and size of a file after a sync of the file, its name after a sync of
/// the folder. Of what was written since, each sector or block may be there or not, whatever became of the others; a
/// size may be any that the file had; names come and go in order, as every journalling file system does it.
package struct PowerCutDisk {
    /// What survives of everything that was not synced.
    package enum Manner: Sendable, CaseIterable {
        case nothing, everything
        /// Each sector of 512 bytes by itself.
        case sectors
        /// Each block of 4096 bytes by itself.
        case blocks
        /// All up to some moment, the last write torn.
        case tornInOrder
    }

    private enum Edit {
        case write(offset: Int, bytes: [UInt8])
        case resize(Int)

        /// Whether it changes bytes of a range.
        func touches(_ range: Range<Int>) -> Bool {
            switch self {
            case .write(let offset, let bytes): offset < range.upperBound && offset + bytes.count > range.lowerBound
            case .resize(let size): size < range.upperBound
            }
        }

        func apply(to content: inout [UInt8]) {
            switch self {
            case .write(let offset, let bytes):
                let end = offset + bytes.count
                if content.count < end { content += [UInt8](repeating: 0, count: end - content.count) }
                content.replaceSubrange(offset..<end, with: bytes)
            case .resize(let size):
                if size <= content.count {
                    content.removeLast(content.count - size)
                } else {
                    content += [UInt8](repeating: 0, count: size - content.count)
                }
            }
        }

        /// The same for a piece of the file that begins at `start` and keeps its length.
        func apply(to piece: inout [UInt8], at start: Int) {
            switch self {
            case .write(let offset, let bytes):
                let from = max(offset, start)
                let to = min(offset + bytes.count, start + piece.count)
                for place in from..<max(from, to) { piece[place - start] = bytes[place - offset] }
            case .resize(let size):
                for place in max(size, start)..<max(size, start + piece.count) where place >= start {
                    piece[place - start] = 0
                }
            }
        }
    }

    private struct File {
        var synced: [UInt8] = []
        var edits: [Edit] = []

        var content: [UInt8] { edits.reduce(into: synced) { $1.apply(to: &$0) } }
    }

    private enum NameEdit {
        case set(String, file: Int)
        case remove(String)
        case move(String, to: String)
    }

    private var files: [File] = []
    private var names: [String: Int] = [:]
    private var syncedNames: [String: Int] = [:]
    private var nameEdits: [NameEdit] = []

    package init() {}

    /// The next change of a record.
    package mutating func apply(_ change: DiskRecord.Change) {
        switch change {
        case .create(let name):
            files.append(File())
            edit(.set(name, file: files.count - 1))
        case .write(let name, let offset, let bytes): edit(name, .write(offset: offset, bytes: bytes))
        case .resize(let name, let size): edit(name, .resize(size))
        case .remove(let name): edit(.remove(name))
        case .rename(let name, let other): edit(.move(name, to: other))
        case .syncFile(let name):
            guard let file = names[name] else { return }
            files[file].synced = files[file].content
            files[file].edits = []
        case .syncFolder:
            syncedNames = names
            nameEdits = []
        }
    }

    private mutating func edit(_ name: String, _ edit: Edit) {
        guard let file = names[name] else { return }
        files[file].edits.append(edit)
    }

    private mutating func edit(_ change: NameEdit) {
        Self.apply(change, to: &names)
        nameEdits.append(change)
    }

    private static func apply(_ change: NameEdit, to names: inout [String: Int]) {
        switch change {
        case .set(let name, let file): names[name] = file
        case .remove(let name): names[name] = nil
        case .move(let name, let other): names[other] = names.removeValue(forKey: name)
        }
    }

    /// A folder as a cut at this moment may leave it: contents by names.
    package func afterCut(
        _ manner: Manner,
        using generator: inout some RandomNumberGenerator
    ) -> [String: [UInt8]] {
        var left = syncedNames
        let survivors =
            switch manner {
            case .nothing: 0
            case .everything: nameEdits.count
            default: Int.random(in: 0...nameEdits.count, using: &generator)
            }
        for change in nameEdits.prefix(survivors) { Self.apply(change, to: &left) }
        return left.sorted { $0.key < $1.key }.reduce(into: [:]) { contents, entry in
            contents[entry.key] = Self.left(of: files[entry.value], manner, using: &generator)
        }
    }

    private static func left(
        of file: File,
        _ manner: Manner,
        using generator: inout some RandomNumberGenerator
    ) -> [UInt8] {
        switch manner {
        case .nothing: return file.synced
        case .everything: return file.content
        case .sectors: return pieces(of: file, bytes: 512, using: &generator)
        case .blocks: return pieces(of: file, bytes: 4096, using: &generator)
        case .tornInOrder:
            guard !file.edits.isEmpty else { return file.synced }
            let count = Int.random(in: 0..<file.edits.count, using: &generator)
            var content = file.edits.prefix(count).reduce(into: file.synced) { $1.apply(to: &$0) }
            if case .write(let offset, let bytes) = file.edits[count] {
                let kept = Int.random(in: 0...bytes.count, using: &generator)
                Edit.write(offset: offset, bytes: Array(bytes.prefix(kept))).apply(to: &content)
            }
            return content
        }
    }

    private static func pieces(
        of file: File,
        bytes length: Int,
        using generator: inout some RandomNumberGenerator
    ) -> [UInt8] {
        guard !file.edits.isEmpty else { return file.synced }
        var content = file.synced
        var sizes = [content.count]
        for edit in file.edits {
            switch edit {
            case .write(let offset, let bytes): sizes.append(max(sizes.last ?? 0, offset + bytes.count))
            case .resize(let size): sizes.append(size)
            }
        }
        let widest = sizes.max() ?? 0
        content += [UInt8](repeating: 0, count: widest - content.count)
        for start in stride(from: 0, to: widest, by: length) {
            let range = start..<min(start + length, widest)
            let touching = file.edits.filter { $0.touches(range) }
            guard !touching.isEmpty else { continue }
            var piece = Array(content[range])
            for edit in touching.prefix(Int.random(in: 0...touching.count, using: &generator)) {
                edit.apply(to: &piece, at: start)
            }
            content.replaceSubrange(range, with: piece)
        }
        let size = Bool.random(using: &generator) ? sizes.last : sizes.randomElement(using: &generator)
        return Array(content.prefix(size ?? widest))
    }
}
