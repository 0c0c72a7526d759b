public import PatrolCore

extension [UInt8] {
    /// A whole number of units of the last decimal place, exactly and without zeros at the end.
    public mutating func append(decimal value: Int64, places: Int) {
        if value < 0 { append(UInt8(ascii: "-")) }
        // The lowest digits first; 20 are the most that 64 bits have.
        var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
        Swift.withUnsafeMutableBytes(of: &digits) { digits in
            var rest = value.magnitude
            var count = 0
            while rest > 0 || count <= places {
                digits[count] = UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
                count += 1
            }
            var last = 0
            while last < places, digits[last] == 0 { last += 1 }
            for index in stride(from: count - 1, through: last, by: -1) {
                if index == places - 1 { append(UInt8(ascii: ".")) }
                append(UInt8(ascii: "0") + digits[index])
            }
        }
    }

    /// Two digits.
    fileprivate mutating func append(twoDigits value: Int64) {
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10))
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
    }
}

/// Writes times in RFC 3339 with their quotation marks; remembers the day, which the next one mostly has too.
public struct TimeText {
    /// 0001-01-01T00:00:00.000Z: RFC 3339 has years of four digits.
    public static let earliest = WallTime(millisecondsSince1970: -62_135_596_800_000)
    /// 9999-12-31T23:59:59.999Z
    public static let latest = WallTime(millisecondsSince1970: 253_402_300_799_999)

    private var day = Int64.min
    private var date: [UInt8] = []

    /// Knows no day yet.
    public init() {}

    /// What lies outside of the years that there are is written as the nearest that there is.
    public mutating func append(_ time: WallTime, to bytes: inout [UInt8], isQuoted: Bool = true) {
        let time = min(max(time, Self.earliest), Self.latest)
        let milliseconds = time.millisecondsSince1970
        let day = (milliseconds - (milliseconds < 0 ? 86_399_999 : 0)) / 86_400_000
        if day != self.day {
            self.day = day
            date = Array("\(time)".utf8.prefix(11))
        }
        let rest = milliseconds - day * 86_400_000
        if isQuoted { bytes.append(UInt8(ascii: "\"")) }
        bytes += date
        bytes.append(twoDigits: rest / 3_600_000)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(twoDigits: rest / 60_000 % 60)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(twoDigits: rest / 1000 % 60)
        bytes.append(UInt8(ascii: "."))
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / 100 % 10))
        bytes.append(twoDigits: rest % 100)
        bytes.append(UInt8(ascii: "Z"))
        if isQuoted { bytes.append(UInt8(ascii: "\"")) }
    }
}
