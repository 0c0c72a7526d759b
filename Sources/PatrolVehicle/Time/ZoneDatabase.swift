import Glibc
import PatrolCore
import PatrolSystem

/// Where zones are, and which of them may be used.
///
/// | name | decision |
/// | --- | --- |
/// | `Asia/Shanghai`, `PRC`, `EST5EDT`, `Etc/GMT-8`, `UTC` | the file of that name |
/// | `posix/Asia/Shanghai` | the same file, for tzdata has the same rules there |
/// | `right/Asia/Shanghai` | refused by name and by content: leap seconds |
/// | `Etc/GMT+8`, `GMT+8` | refused: means UTC-08:00 |
/// | `Etc/GMT+0` | UTC |
/// | `Factory` | refused: it says that nobody has chosen one |
/// | `CST-8`, `UTC+8`, `asia/shanghai`, `Beijing` | unknown, with what may have been meant |
/// | a folder; a file that is damaged or cut off | refused, with why |
/// | none, `/etc/localtime` is a link to a file that is there, or a file | the system's zone |
/// | none, and the link's target is missing | refused |
/// | none, and there is no `/etc/localtime` | UTC (localtime(5)) |
/// | none, it is UTC, and a loudspeaker depends on it | refused: UTC must be said |
///
/// What the caller's environment has in `TZ` does not count.
struct ZoneDatabase: Sendable {
    /// The machine's own.
    static let system = ZoneDatabase(folder: "/usr/share/zoneinfo", systemZone: "/etc/localtime")

    /// tzdata's folder.
    let folder: String
    /// The link to the file of the system's zone.
    let systemZone: String

    private static let largestFile = 65_536
    /// tzdata has some 600.
    private static let mostNames = 5000

    struct Choice: Hashable, Sendable {
        /// For people.
        var name: String
        /// What `TZ` has to be.
        var setting: String
        /// Whether its clocks have always shown UTC.
        var isAlwaysUTC: Bool
    }

    /// - Parameters:
    ///   - name: as the zone database calls it; `nil` for the system's zone.
    ///   - mustSayUTC: whether UTC is refused unless it is asked for by name.
    func choose(_ name: String?, mustSayUTC: Bool) throws(CivilZoneError) -> Choice {
        guard let name else {
            let choice = try chooseSystemZone()
            if mustSayUTC, choice.isAlwaysUTC { throw CivilZoneError(value: nil, reason: .unsaidUTC) }
            return choice
        }
        guard Self.isName(name) else { throw CivilZoneError(value: name, reason: .notAName) }
        try Self.refuseMisleading(name, value: name)
        let path = "\(folder)/\(name)"
        switch contents(of: path) {
        case .zone(let file): return Choice(name: name, setting: ":\(path)", isAlwaysUTC: file.isAlwaysUTC)
        case .missing: throw CivilZoneError(value: name, reason: .unknown(nearest: nearest(to: name)))
        case .unusable(let cause): throw CivilZoneError(value: name, reason: .unreadable(cause))
        }
    }

    private func chooseSystemZone() throws(CivilZoneError) -> Choice {
        let target = linkTarget()
        let name = target.flatMap(Self.name(inPath:))
        if let name { try Self.refuseMisleading(name, value: nil) }
        switch contents(of: systemZone) {
        case .zone(let file):
            return Choice(name: name ?? systemZone, setting: ":\(systemZone)", isAlwaysUTC: file.isAlwaysUTC)
        case .missing:
            if let target { throw CivilZoneError(value: nil, reason: .danglingLink(to: target)) }
            return Choice(name: "UTC", setting: "UTC0", isAlwaysUTC: true)
        case .unusable(let cause):
            throw CivilZoneError(value: nil, reason: .unreadable(cause))
        }
    }

    private func linkTarget() -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(systemZone, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// localtime(5): a link to a file below the zone database, whose name is that of the zone.
    private static func name(inPath path: String) -> String? {
        guard let marker = path.firstRange(of: "zoneinfo/") else { return nil }
        let name = path[marker.upperBound...]
        return isName(String(name)) ? String(name) : nil
    }

    /// Names that mean something else than people take them for.
    private static func refuseMisleading(_ name: String, value: String?) throws(CivilZoneError) {
        if name == "right" || name.hasPrefix("right/") {
            let cause = TimeZoneFile.Problem.countsLeapSeconds.description
            throw CivilZoneError(value: value, reason: .unreadable(cause))
        }
        if name == "localtime" || name == "posixrules" || name.hasPrefix("posix/localtime") {
            let cause = "it is no zone but a copy or link of one; leave time_zone out for the system's"
            throw CivilZoneError(value: value, reason: .unreadable(cause))
        }
        if name == "Factory" {
            throw CivilZoneError(value: value, reason: .unreadable("it says that nobody has chosen a zone"))
        }
        if let match = name.wholeMatch(of: /(posix\/)?(Etc\/)?(GMT|UTC)\+([0-9]{1,2})/),
            let hours = Int(match.output.4),
            hours > 0
        {
            throw CivilZoneError(value: value, reason: .inverted(hours: hours))
        }
    }

    /// Letters, digits, `+`, `-` and `_` between single slashes: no way out of the folder, and nothing that glibc would
    /// take for a rule.
    private static func isName(_ name: String) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return name.utf8.count <= 100
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy { byte in
                        let character = Character(Unicode.Scalar(byte))
                        return character.isASCII
                            && (character.isLetter || character.isNumber || "+-_".contains(character))
                    }
            }
    }

    private enum Contents {
        case zone(TimeZoneFile)
        case missing
        case unusable(String)
    }

    private func contents(of path: String) -> Contents {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let cause = errno
            return cause == ENOENT || cause == ENOTDIR
                ? .missing : .unusable(SystemCallError(call: "open", errno: cause, context: path).description)
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.largestFile)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else {
            return .unusable(SystemCallError(call: "read", errno: errno, context: path).description)
        }
        do throws(TimeZoneFile.Problem) {
            return .zone(try TimeZoneFile(Array(bytes.prefix(count))))
        } catch {
            return .unusable("\(path): \(error)")
        }
    }

    // MARK: What may have been meant

    /// The zone whose name is the same but for case, or whose city is, or that differs in a few letters.
    private func nearest(to name: String) -> String? {
        // The zone of China has no city of that name.
        if ["beijing", "peking", "cst-8", "cst", "china", "utc+8", "gmt+8"].contains(where: {
            name.lowercased().hasSuffix($0)
        }) {
            return "Asia/Shanghai"
        }
        let names = names()
        let wanted = name.lowercased()
        if let same = names.first(where: { $0.lowercased() == wanted }) { return same }
        if let city = names.first(where: { $0.lowercased().hasSuffix("/" + wanted) }) { return city }
        return EditDistance.nearest(to: name, among: names)
    }

    /// Every zone's name, but for those that tzdata has twice.
    private func names() -> [String] {
        var names: [String] = []
        var folders = [""]
        while let below = folders.popLast(), names.count < Self.mostNames {
            guard let directory = opendir(below.isEmpty ? folder : "\(folder)/\(below)") else { continue }
            defer { closedir(directory) }
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                guard Self.isName(name), name != "posix", name != "right" else { continue }
                let path = below.isEmpty ? name : "\(below)/\(name)"
                if entry.pointee.d_type == UInt8(DT_DIR) {
                    if !below.contains("/") { folders.append(path) }
                } else {
                    names.append(path)
                }
            }
        }
        return names.sorted()
    }
}
