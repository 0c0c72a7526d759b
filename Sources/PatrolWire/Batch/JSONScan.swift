/// Counts what a text of JSON would make of memory, before anything is made of it: objects and lists, and the members in
/// them. What is no JSON is somebody else's to say.
struct JSONScan {
    /// Objects and lists.
    private(set) var objects = 0
    /// What stands in them, all together: at most one more than there are commas in each.
    private(set) var members = 0
    /// Of the object that has the most.
    private(set) var mostMembers = 0

    private var isInText = false
    private var isEscaped = false
    /// What is open, and the commas in it so far.
    private var open: [(isList: Bool, commas: Int)] = []

    /// - Parameter most: objects and lists, which are what the scan itself remembers.
    /// - Throws: if there are more of them.
    init(_ bytes: some Sequence<UInt8>, _ field: String, mostObjects most: Int) throws(WireError) {
        for byte in bytes {
            read(byte)
            guard objects <= most else { throw .tooMany(field, "objects", objects, maximum: most) }
        }
        while !open.isEmpty { close() }
    }

    /// - Throws: if a batch of JSON has more than the largest may have.
    static func check(batch: [UInt8]) throws(WireError) {
        let most = BatchRules.maximumJSONBytes
        guard batch.count <= most else { throw .tooMany("batch", "bytes of JSON", batch.count, maximum: most) }
        let scan = try JSONScan(batch, "batch", mostObjects: BatchRules.maximumObjects)
        guard scan.members <= BatchRules.maximumMembers else {
            throw .tooMany("batch", "members", scan.members, maximum: BatchRules.maximumMembers)
        }
        guard scan.mostMembers <= BatchRules.maximumMembersOfObject else {
            throw .tooMany(
                "an object of the batch",
                "members",
                scan.mostMembers,
                maximum: BatchRules.maximumMembersOfObject
            )
        }
    }

    private mutating func read(_ byte: UInt8) {
        if isInText {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInText = false
            }
            return
        }
        switch byte {
        case UInt8(ascii: "\""): isInText = true
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            objects += 1
            open.append((byte == UInt8(ascii: "["), 0))
        case UInt8(ascii: "}"), UInt8(ascii: "]"): close()
        case UInt8(ascii: ","):
            members += 1
            if !open.isEmpty { open[open.count - 1].commas += 1 }
        default: break
        }
    }

    private mutating func close() {
        guard let last = open.popLast() else { return }
        members += 1
        if !last.isList { mostMembers = max(mostMembers, last.commas + 1) }
    }
}
