import Foundation
import Glibc

/// A file that the user named.
enum InputFile {
    /// Much more than a receiver writes in a month.
    static let longestBytes = 512 * 1024 * 1024

    /// The whole file.
    /// - Throws: naming the file.
    static func read(_ path: String) throws(SimulatorError) -> Data {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw SimulatorError("cannot open \(path)", errno: errno) }
        let descriptor = Descriptor(file)
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor.raw, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SimulatorError("cannot read \(path)", errno: errno) }
            guard count > 0 else { return data }
            data.append(contentsOf: buffer.prefix(count))
            guard data.count <= longestBytes else {
                throw SimulatorError("\(path) is longer than \(longestBytes / 1_048_576) MiB")
            }
        }
    }

    /// Reads the file with some reader of its format, whose complaints then name the file.
    static func parse<Content>(
        _ path: String,
        _ reader: (Data) throws(SimulatorError) -> Content
    ) throws(SimulatorError) -> Content {
        let data = try read(path)
        do throws(SimulatorError) {
            return try reader(data)
        } catch {
            throw SimulatorError("\(path): \(error)")
        }
    }
}
