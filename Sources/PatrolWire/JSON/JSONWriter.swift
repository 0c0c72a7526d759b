public import PatrolCore

/// Writes JSON (RFC 8259) straight into a buffer, so that an answer of any length needs no tree of it in memory.
///
/// Separators come by themselves; that brackets match and keys stand in objects is the caller's business.
public struct JSONWriter {
    /// What was written since the last time.
    public private(set) var bytes: [UInt8] = []
    private var needsSeparator = false
    private var clock = TimeText()

    /// - Parameter capacity: in bytes, for which there is room from the beginning.
    public init(capacity: Int = 1024) {
        bytes.reserveCapacity(capacity)
    }

    /// Begins anew behind what was written so far, and keeps its room.
    public mutating func forgetBytes() {
        bytes.removeAll(keepingCapacity: true)
    }

    /// An object with what `body` writes into it.
    public mutating func object(_ body: (inout JSONWriter) -> Void) {
        begin("{")
        body(&self)
        end("}")
    }

    /// An array with what `body` writes into it.
    public mutating func array(_ body: (inout JSONWriter) -> Void) {
        begin("[")
        body(&self)
        end("]")
    }

    /// For an object or an array whose end is written later; `text` may hold more than the bracket.
    public mutating func begin(_ text: String) {
        separate()
        bytes += text.utf8
        needsSeparator = false
    }

    /// The end of what ``begin(_:)`` began.
    public mutating func end(_ text: String) {
        bytes += text.utf8
        needsSeparator = true
    }

    /// A member's name.
    public mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsSeparator = false
    }

    /// A string.
    public mutating func string(_ text: String) {
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

    /// A whole number.
    public mutating func integer(_ value: some BinaryInteger) {
        separate()
        bytes.append(decimal: Int64(value), places: 0)
    }

    /// A truth value.
    public mutating func bool(_ value: Bool) {
        separate()
        bytes += (value ? "true" : "false").utf8
    }

    /// A number with so many decimal places, given in units of the last of them: `fixed(2930, places: 2)` is `29.3`.
    public mutating func fixed(_ value: Int64, places: Int) {
        separate()
        bytes.append(decimal: value, places: places)
    }

    /// RFC 3339, within the years that it has.
    public mutating func time(_ time: WallTime) {
        separate()
        clock.append(time, to: &bytes)
    }

    /// JSON that is already text.
    public mutating func json(_ text: String) {
        separate()
        bytes += text.utf8
    }

    // MARK: Members that may be unknown: those are left out

    /// A member with a text.
    public mutating func member(_ name: String, _ text: String?) {
        guard let text else { return }
        key(name)
        string(text)
    }

    /// A member with a whole number.
    public mutating func member(_ name: String, _ value: (some BinaryInteger)?) {
        guard let value else { return }
        key(name)
        integer(value)
    }

    /// A member with a number as ``fixed(_:places:)`` writes it.
    public mutating func member(_ name: String, fixed value: (some BinaryInteger)?, places: Int) {
        guard let value else { return }
        key(name)
        fixed(Int64(value), places: places)
    }

    /// A member with a time.
    public mutating func member(_ name: String, time: WallTime?) {
        guard let time else { return }
        key(name)
        self.time(time)
    }

    /// For people who look at it: space between two tokens.
    public mutating func lineEnd() {
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func separate() {
        if needsSeparator { bytes.append(UInt8(ascii: ",")) }
        needsSeparator = true
    }
}
