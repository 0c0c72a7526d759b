import CSQLite

/// The kind of the file system that a file lies in.
public enum FileSystemMagic {
    /// Its number in statfs(2); 0 if it cannot be asked.
    public static func of(_ path: String) -> UInt32 {
        UInt32(truncatingIfNeeded: patrol_file_system_magic(path))
    }
}
