/// A system call that failed: which, on what, and why.
public struct SystemCallError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The call's name, as in section 2 or 3 of the manual.
    public let call: String
    /// The `errno` it left.
    public let errno: Int32
    /// What it was about: a path, a name.
    public let context: String

    /// - Parameters:
    ///   - call: the call's name.
    ///   - errno: what it left, or returned in the manner of pthreads.
    ///   - context: what it was about.
    public init(call: String, errno: Int32, context: String) {
        self.call = call
        self.errno = errno
        self.context = context
    }

    /// `/proc/x: open: No such file or directory`.
    public var description: String {
        "\(context): \(call): \(SystemError.text(errno))"
    }
}
