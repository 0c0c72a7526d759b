import Glibc
import PatrolCore
import PatrolSystem

/// Reads a small text file whole, with an error that a fitter understands.
enum TextFile {
    /// Why a file could not be read, in words, without its path.
    struct Failure: Error {
        var reason: String
    }

    /// The text without a byte order mark, which is none of it.
    /// - Parameter maximumBytes: a larger file is refused before more than this is read.
    static func read(_ path: String, maximumBytes: Int) throws(Failure) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot be read") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: maximumBytes + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
            }
            if got == 0 { break }
            // read(2): EINTR means that a signal came before any data.
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw failure("cannot be read") }
            count += got
        }
        guard count <= maximumBytes else {
            throw Failure(reason: "is larger than \(maximumBytes) bytes; allowed: at most that")
        }
        let contents = TextEncoding.withoutMark(Array(bytes[..<count]))
        // Looked for first: letters of ASCII in UTF-16 are UTF-8 as well, with a 0 between any two.
        let foreign = TextEncoding.foreignEncoding(of: contents)
        guard foreign == nil, let text = String(validating: contents, as: UTF8.self) else {
            let found = foreign.map { "is text in \($0)" } ?? "is not text in UTF-8"
            throw Failure(reason: "\(found); allowed: UTF-8, which every editor can save")
        }
        return text
    }

    private static func failure(_ what: String) -> Failure {
        Failure(reason: "\(what): \(SystemError.text(errno))")
    }
}
