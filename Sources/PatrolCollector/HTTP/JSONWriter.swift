import NIOCore

/// Writes JSON (RFC 8259) straight into a buffer, so that an answer of any length needs no tree of it in memory.
///
/// Separators come by themselves; that brackets match and keys stand in objects is the caller's business.
struct JSONWriter {
    private(set) var buffer: ByteBuffer
    private var needsSeparator = false

    init(capacity: Int = 1024) {
        buffer = ByteBuffer()
        buffer.reserveCapacity(capacity)
    }

    /// Hands over what was written since the last time.
    mutating func take() -> ByteBuffer {
        defer { buffer = ByteBuffer() }
        return buffer
    }

    mutating func object(_ body: (inout JSONWriter) -> Void) {
        begin("{")
        body(&self)
        end("}")
    }

    mutating func array(_ body: (inout JSONWriter) -> Void) {
        begin("[")
        body(&self)
        end("]")
    }

    /// For an object or an array whose end is written later; `text` may hold more than the bracket.
    mutating func begin(_ text: String) {
        separate()
        buffer.writeString(text)
        needsSeparator = false
    }

    mutating func end(_ text: String) {
        buffer.writeString(text)
        needsSeparator = true
    }

    mutating func key(_ name: String) {
        string(name)
        buffer.writeString(":")
        needsSeparator = false
    }

    mutating func string(_ text: String) {
        separate()
        buffer.writeBytes(JSONText.string(text).utf8)
    }

    mutating func integer(_ value: some BinaryInteger) {
        separate()
        buffer.writeString(String(value))
    }

    mutating func bool(_ value: Bool) {
        separate()
        buffer.writeString(value ? "true" : "false")
    }

    /// A number with so many decimal places, given in units of the last of them: `fixed(2930, places: 2)` is `29.3`.
    mutating func fixed(_ value: Int64, places: Int) {
        separate()
        buffer.writeString(JSONText.fixed(value, places: places))
    }

    /// JSON that is already text.
    mutating func json(_ text: String) {
        separate()
        buffer.writeString(text)
    }

    // MARK: Members that may be unknown: those are left out

    mutating func member(_ name: String, _ text: String?) {
        guard let text else { return }
        key(name)
        string(text)
    }

    mutating func member(_ name: String, _ value: (some BinaryInteger)?) {
        guard let value else { return }
        key(name)
        integer(value)
    }

    mutating func member(_ name: String, fixed value: (some BinaryInteger)?, places: Int) {
        guard let value else { return }
        key(name)
        fixed(Int64(value), places: places)
    }

    private mutating func separate() {
        if needsSeparator { buffer.writeString(",") }
        needsSeparator = true
    }
}
