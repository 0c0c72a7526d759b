import NIOCore
import PatrolCore

/// Writes JSON (RFC 8259) straight into a buffer, so that an answer of any length needs no tree of it in memory.
///
/// Separators come by themselves; that brackets match and keys stand in objects is the caller's business.
struct JSONWriter {
    private var bytes: [UInt8] = []
    private var needsSeparator = false
    private var clock = TimeText()

    init(capacity: Int = 1024) {
        bytes.reserveCapacity(capacity)
    }

    /// What was written since the last time.
    var buffer: ByteBuffer { ByteBuffer(bytes: bytes) }

    /// Hands over what was written since the last time.
    mutating func take() -> ByteBuffer {
        defer { bytes.removeAll(keepingCapacity: true) }
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
        bytes += text.utf8
        needsSeparator = false
    }

    mutating func end(_ text: String) {
        bytes += text.utf8
        needsSeparator = true
    }

    mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsSeparator = false
    }

    mutating func string(_ text: String) {
        separate()
        // Nearly every text is as it is.
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) else {
            bytes += JSONText.string(text).utf8
            return
        }
        bytes.append(UInt8(ascii: "\""))
        bytes += text.utf8
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func integer(_ value: some BinaryInteger) {
        separate()
        bytes.append(decimal: Int64(value), places: 0)
    }

    mutating func bool(_ value: Bool) {
        separate()
        bytes += (value ? "true" : "false").utf8
    }

    /// A number with so many decimal places, given in units of the last of them: `fixed(2930, places: 2)` is `29.3`.
    mutating func fixed(_ value: Int64, places: Int) {
        separate()
        bytes.append(decimal: value, places: places)
    }

    /// RFC 3339, within the years that it has.
    mutating func time(_ time: WallTime) {
        separate()
        clock.append(time, to: &bytes)
    }

    /// JSON that is already text.
    mutating func json(_ text: String) {
        separate()
        bytes += text.utf8
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

    mutating func member(_ name: String, time: WallTime?) {
        guard let time else { return }
        key(name)
        self.time(time)
    }

    private mutating func separate() {
        if needsSeparator { bytes.append(UInt8(ascii: ",")) }
        needsSeparator = true
    }
}
