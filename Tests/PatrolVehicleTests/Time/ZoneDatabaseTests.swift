import Foundation
import PatrolCore
import Testing

@testable import PatrolVehicle

/// Which zone may be used is decided by names and files alone, before glibc is told: so all of it is tried in this process.
@Suite("Which time zones may be used")
struct ZoneDatabaseTests {
    private static let mars = "Mars/Olympus"

    private func reason(_ name: String?, mustSayUTC: Bool = true) -> CivilZoneError.Reason? {
        do {
            _ = try ZoneDatabase.system.choose(name, mustSayUTC: mustSayUTC)
            return nil
        } catch {
            #expect(!error.description.unicodeScalars.contains(where: VisibleText.isHidden), "\(error)")
            return error.reason
        }
    }

    @Test(
        "Names of the zone database, and UTC by name",
        arguments: [
            "Asia/Shanghai", "PRC", "Asia/Urumqi", "Europe/Berlin", "America/Argentina/Ushuaia", "EST5EDT", "Etc/GMT-8",
            "UTC", "Etc/UTC", "Etc/GMT+0", "Etc/GMT0", "posix/Asia/Shanghai",
        ]
    )
    func good(name: String) throws {
        let choice = try ZoneDatabase.system.choose(name, mustSayUTC: true)
        #expect(choice.setting == ":/usr/share/zoneinfo/\(name)")
        #expect(choice.isAlwaysUTC == (name.contains("UTC") || name.contains("GMT") && name.contains("0")))
    }

    @Test(
        "A name that is none is refused, and says what is allowed",
        arguments: [
            "", "/", "/etc/localtime", "/usr/share/zoneinfo/Asia/Shanghai", "..", "../zoneinfo/Asia/Shanghai",
            "Asia/../Asia/Shanghai", "Asia//Shanghai", "Asia/Shanghai/", ":Asia/Shanghai", "Asia/Shang hai", "Asia/上海",
            "CST-8;", "UTC+08:00", "+08:00", "China Standard Time", "zone.tab", "Asia/Shanghai\n", "Asia/Shanghai\0",
            String(repeating: "A", count: 101),
        ]
    )
    func noNames(name: String) throws {
        let error = #expect(throws: CivilZoneError(value: name, reason: .notAName)) {
            try ZoneDatabase.system.choose(name, mustSayUTC: false)
        }
        #expect(error?.description.contains("is no name of a time zone; allowed is") == true)
    }

    @Test(
        "A zone that is not there is refused, which glibc would take for UTC, and what may be meant is named",
        arguments: [
            ("Asia/Shangai", "Asia/Shanghai"), ("asia/shanghai", "Asia/Shanghai"), ("Shanghai", "Asia/Shanghai"),
            ("shanghai", "Asia/Shanghai"), ("Asia/Beijing", "Asia/Shanghai"), ("Beijing", "Asia/Shanghai"),
            ("CST-8", "Asia/Shanghai"), ("GMT-8", "Etc/GMT-8"), ("utc", "UTC"), ("Asia/Shanghai/Pudong", nil),
            (mars, nil),
        ]
    )
    func unknown(name: String, nearest: String?) throws {
        let found = try #require(reason(name))
        #expect(found == .unknown(nearest: nearest))
        let text = CivilZoneError(value: name, reason: found).description
        #expect(text.contains("\"\(name)\"") && text.contains("/usr/share/zoneinfo") && text.contains("tzdata"))
        if let nearest { #expect(text.contains("did you mean \"\(nearest)\"?")) }
    }

    @Test(
        "The sign of Etc/GMT+8 is that of POSIX: who writes it for +08:00 would be heard at night",
        arguments: ["Etc/GMT+8", "GMT+8", "UTC+8", "Etc/GMT+08", "posix/Etc/GMT+8"]
    )
    func inverted(name: String) throws {
        #expect(reason(name) == .inverted(hours: 8))
        let text = CivilZoneError(value: name, reason: .inverted(hours: 8)).description
        #expect(text.contains("UTC-08:00") && text.contains("\"Etc/GMT-8\"") && text.contains("Asia/Shanghai"))
    }

    @Test(
        "Leap seconds, no choice at all, a folder, a file that is something else",
        arguments: [
            ("right/Asia/Shanghai", "leap seconds"), ("Factory", "nobody has chosen"), ("Asia", "Asia"),
            ("leapseconds", "not the file"),
        ]
    )
    func unreadable(name: String, cause: String) {
        guard case .unreadable(let text) = reason(name) else {
            Issue.record("\(String(describing: reason(name)))")
            return
        }
        #expect(text.contains(cause))
    }

    // MARK: The system's zone

    private struct Machine {
        let folder: URL
        var database: ZoneDatabase {
            ZoneDatabase(
                folder: folder.appending(path: "zoneinfo").path,
                systemZone: folder.appending(path: "localtime").path
            )
        }

        init() throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "zones-\(UInt64.random(in: 0 ... .max))")
            try FileManager.default.createDirectory(
                at: folder.appending(path: "zoneinfo/Asia"),
                withIntermediateDirectories: true
            )
        }

        func link(to target: String) throws {
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending(path: "localtime").path,
                withDestinationPath: target
            )
        }

        func write(_ data: Data) throws {
            try data.write(to: folder.appending(path: "localtime"))
        }

        func choose(mustSayUTC: Bool = true) -> Result<ZoneDatabase.Choice, CivilZoneError> {
            defer {
                do {
                    try FileManager.default.removeItem(at: folder)
                } catch {
                    // A folder that stays behind in /tmp harms nobody.
                }
            }
            return Result { () throws(CivilZoneError) in try database.choose(nil, mustSayUTC: mustSayUTC) }
        }
    }

    private func zone(_ name: String) throws -> Data {
        try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)"))
    }

    @Test("A link and a copy: the zone, by its name if the link tells it")
    func systemZone() throws {
        let linked = try Machine()
        try linked.link(to: "/usr/share/zoneinfo/Asia/Shanghai")
        #expect(try linked.choose().get().name == "Asia/Shanghai")
        let copied = try Machine()
        try copied.write(try zone("Asia/Shanghai"))
        #expect(try copied.choose().get().name == copied.database.systemZone)
    }

    @Test("A link without its target is no UTC: tzdata is missing")
    func dangling() throws {
        let machine = try Machine()
        try machine.link(to: "/nowhere/zoneinfo/Asia/Shanghai")
        guard case .failure(let error) = machine.choose(mustSayUTC: false) else {
            Issue.record("taken for a zone")
            return
        }
        #expect(error.reason == .danglingLink(to: "/nowhere/zoneinfo/Asia/Shanghai"))
        #expect(error.description.contains("/nowhere/zoneinfo/Asia/Shanghai, which is not there (package tzdata)"))
    }

    @Test("UTC that nobody has said is refused where quiet hours rest on it: by link, by copy, by absence")
    func unsaidUTC() throws {
        for mustSayUTC in [true, false] {
            let machines = try [Machine(), Machine(), Machine()]
            try machines[0].link(to: "/usr/share/zoneinfo/Etc/UTC")
            try machines[1].write(try zone("UTC"))
            for machine in machines {
                switch machine.choose(mustSayUTC: mustSayUTC) {
                case .success(let choice): #expect(!mustSayUTC && choice.isAlwaysUTC)
                case .failure(let error): #expect(mustSayUTC && error.reason == .unsaidUTC)
                }
            }
        }
    }

    @Test("A system's zone with the inverted sign, a folder, half a file")
    func badSystemZone() throws {
        let inverted = try Machine()
        try inverted.link(to: "/usr/share/zoneinfo/Etc/GMT+8")
        #expect(throws: CivilZoneError(value: nil, reason: .inverted(hours: 8))) { try inverted.choose().get() }
        let folder = try Machine()
        try folder.link(to: "/usr/share/zoneinfo/Asia")
        #expect(throws: CivilZoneError.self) { try folder.choose(mustSayUTC: false).get() }
        let half = try Machine()
        try half.write(try zone("Asia/Shanghai").prefix(300))
        guard case .failure(let error) = half.choose(), case .unreadable(let cause) = error.reason else {
            Issue.record("half a file is taken for a zone")
            return
        }
        #expect(cause.hasSuffix("cut off"))
    }

    @Test("Every zone that Debian ships is a good file")
    func all() throws {
        let root = URL(filePath: "/usr/share/zoneinfo")
        let names = try String(contentsOf: root.appending(path: "tzdata.zi"), encoding: .utf8).split(separator: "\n")
            .filter { $0.hasPrefix("L ") }.map { String($0.split(separator: " ")[2]) }
        #expect(names.count > 100)
        for name in names where FileManager.default.fileExists(atPath: root.appending(path: name).path) {
            #expect(throws: Never.self, "\(name)") { try TimeZoneFile(Array(try zone(name))) }
        }
    }
}
