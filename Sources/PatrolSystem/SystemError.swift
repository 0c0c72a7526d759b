import Glibc

/// The system's words for an `errno`.
public enum SystemError {
    /// For example "No space left on device".
    public static func text(_ code: Int32) -> String {
        // glibc returns constant text for every code that it knows; only "Unknown error N" is built, in a buffer of
        // the calling thread ("strerror() is MT-Safe" since glibc 2.32, strerror(3)).
        String(cString: strerror(code))
    }
}
