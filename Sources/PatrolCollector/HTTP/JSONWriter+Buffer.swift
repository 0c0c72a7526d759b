import NIOCore
import PatrolWire

extension JSONWriter {
    /// What was written since the last time.
    var buffer: ByteBuffer { ByteBuffer(bytes: bytes) }

    /// Hands over what was written since the last time.
    mutating func take() -> ByteBuffer {
        defer { forgetBytes() }
        return buffer
    }
}
