/// A sentence of NMEA 0183: `$`, the fields between commas, `*`, the checksum in two hexadecimal digits, CR LF.
struct NMEASentence: Hashable {
    /// With `$`, checksum and line end.
    let text: String

    /// - Parameter fields: the address first, for example `GPRMC`; an empty field is a quantity that is not known.
    init(_ fields: [String]) {
        let body = fields.joined(separator: ",")
        let digits = String(Self.checksum(of: body.utf8), radix: 16, uppercase: true)
        text = "$\(body)*\(digits.count < 2 ? "0" : "")\(digits)\r\n"
    }

    /// The exclusive or of all bytes between `$` and `*`.
    static func checksum(of body: some Sequence<UInt8>) -> UInt8 {
        body.reduce(0, ^)
    }
}
