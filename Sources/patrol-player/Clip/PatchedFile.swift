import CSndFile
import Glibc

/// An open file in which four bytes read as FF: the length of a WAV whose writer left 0 there, which libsndfile would believe.
final class PatchedFile {
    private let descriptor: CInt
    private let size: Int64
    private let patched: Range<Int64>
    private var position: Int64 = 0

    /// - Parameter offset: where the four bytes are.
    init(descriptor: CInt, size: Int64, at offset: Int64) {
        self.descriptor = descriptor
        self.size = size
        patched = offset..<(offset + 4)
    }

    /// As `sf_open_fd`; the handle must be closed before this object goes away.
    func open(_ info: inout SF_INFO) -> OpaquePointer? {
        var calls = SF_VIRTUAL_IO(
            get_filelen: { PatchedFile.of($0).size },
            seek: { PatchedFile.of($2).seek(by: $0, from: $1) },
            read: { PatchedFile.of($2).read(into: $0, count: $1) },
            // It is opened for reading only.
            write: { _, _, _ in 0 },
            tell: { PatchedFile.of($0).position }
        )
        return sf_open_virtual(&calls, CInt(SFM_READ), &info, Unmanaged.passUnretained(self).toOpaque())
    }

    /// The last argument of every call is the one that `sf_open_virtual` got.
    private static func of(_ context: UnsafeMutableRawPointer?) -> PatchedFile {
        guard let context else { fatalError("libsndfile has lost its context") }
        return Unmanaged<PatchedFile>.fromOpaque(context).takeUnretainedValue()
    }

    private func seek(by offset: Int64, from whence: CInt) -> Int64 {
        let base =
            switch whence {
            case SEEK_CUR: position
            case SEEK_END: size
            default: Int64(0)
            }
        // libsndfile computes with numbers of the file: nothing of it may leave the file.
        let (sum, overflow) = base.addingReportingOverflow(offset)
        guard !overflow, (0...size).contains(sum) else { return -1 }
        position = sum
        return sum
    }

    private func read(into buffer: UnsafeMutableRawPointer?, count: Int64) -> Int64 {
        guard let buffer, count > 0 else { return 0 }
        let got = pread(descriptor, buffer, Int(min(count, size - position)), off_t(position))
        guard got > 0 else { return 0 }
        let piece = position..<(position + Int64(got))
        for offset in piece.clamped(to: patched) {
            buffer.storeBytes(of: 0xFF, toByteOffset: Int(offset - position), as: UInt8.self)
        }
        position = piece.upperBound
        return Int64(got)
    }
}
