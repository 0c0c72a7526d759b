import Glibc
import PatrolSQLite

/// By what a copied journal is known.
enum FileIdentity {
    /// The inode of a file, on file systems that keep it for the file's life.
    /// - Returns: 0 where it may be another one after the next mount (FAT, overlays, memory), or cannot be asked.
    static func number(_ path: String) -> UInt64 {
        var file = stat()
        guard stat(path, &file) == 0 else { return 0 }
        return lasting.contains(FileSystemMagic.of(path)) ? UInt64(file.st_ino) : 0
    }

    /// statfs(2): ext2 to ext4, XFS, Btrfs, F2FS.
    private static let lasting: Set<UInt32> = [0xEF53, 0x5846_5342, 0x9123_683E, 0xF2F5_2010]

    /// machine-id(5): 32 hexadecimal digits.
    /// - Returns: 16 bytes; none for anything else.
    static func machine(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == 32, text.utf8.count == 32 else { return [] }
        return stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
