import PatrolSystem

/// What ends the program with exit code 1: one sentence that names the file, the address or the point at fault.
struct SimulatorError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// - Parameters:
    ///   - what: what could not be done, with its name, for example `cannot listen on 127.0.0.1:2947`.
    ///   - code: the `errno` of the call that failed, read right after it.
    init(_ what: String, errno code: CInt) {
        description = "\(what): \(SystemError.text(code))"
    }
}
