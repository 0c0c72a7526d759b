import Logging
import PatrolCore
import PatrolSystem
import PatrolWire
import TOMLKit

extension Configuration {
    /// A configuration is a page or two; a file larger than this is something else.
    private static let maximumFileBytes = 256 * 1024

    /// Reads and checks a file.
    /// - Throws: ``ConfigurationError`` with every problem at once.
    public static func load(path: String) throws(ConfigurationError) -> Configuration {
        let text: String
        do {
            text = try SmallFile.text(of: path, kind: .anything, maximumBytes: maximumFileBytes).text
        } catch {
            throw ConfigurationError(path: path, problems: [ConfigurationProblem(key: "", message: error.clause)])
        }
        return try parse(text, path: path)
    }

    /// Checks the text of a file.
    /// - Parameter path: for the messages only.
    /// - Throws: ``ConfigurationError`` with every problem at once.
    public static func parse(_ text: String, path: String) throws(ConfigurationError) -> Configuration {
        if let fault = NullCharacter.fault(in: text) ?? TableHeader.fault(in: text) {
            throw ConfigurationError(path: path, problems: [fault])
        }
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch {
            throw ConfigurationError(path: path, problems: [syntaxProblem(error)])
        }
        let problems = ProblemList()
        let configuration = read(table, problems)
        guard problems.problems.isEmpty else {
            throw ConfigurationError(path: path, problems: problems.problems)
        }
        return configuration
    }

    private static func syntaxProblem(_ error: any Error) -> ConfigurationProblem {
        guard let error = error as? TOMLParseError else {
            return ConfigurationProblem(key: "", message: "is not TOML: \(error)")
        }
        let position = error.source.begin
        return ConfigurationProblem(
            key: "line \(position.line), column \(position.column)",
            message: "is not TOML: \(error.description)"
        )
    }

    private static func read(_ table: TOMLTable, _ problems: ProblemList) -> Configuration {
        var reader = TableReader(table, path: "", problems: problems)
        let (zonesPath, zones) = zones(reader.table("zones"))
        let calendar = CalendarReader.read(reader.table("calendar"))
        let configuration = Configuration(
            vehicle: reader.name("vehicle"),
            logLevel: reader.choice("log_level", default: .info),
            gps: gps(reader.table("gps")),
            position: position(reader.table("position")),
            journal: journal(reader.table("journal")),
            controlSocket: control(reader.table("control")),
            destinations: reader.tables("upload").map(destination),
            timeZone: reader.optionalText("time_zone", allowed: "a name of the zone data, such as Asia/Shanghai") {
                !$0.isEmpty
            },
            zonesFile: zonesPath,
            zones: zones,
            loudspeaker: LoudspeakerReader(zones: zones, calendar: calendar).read(&reader),
            light: reader.has("light") ? light(reader.table("light")) : nil
        )
        reader.finish()
        reportRepeatedNames(configuration.destinations, problems)
        return configuration
    }

    private static func gps(_ table: TableReader) -> GPSSettings {
        var table = table
        let address = GPSDAddress.read(&table)
        let settings = GPSSettings(
            host: address.host,
            port: address.port,
            device: table.optionalText("device", allowed: "a receiver as gpsd names it, such as /dev/ttyUSB0") { text in
                // gps.h: GPS_PATH_MAX is 128, with the final zero. A source over the network has a scheme (gpsd(8)), and a
                // pseudo terminal lies anywhere.
                (1...127).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
                    && (text.hasPrefix("/") || text.contains("://"))
            },
            reportDelay: table.duration(
                "report_delay",
                default: .milliseconds(1500),
                in: .milliseconds(100) ... .seconds(10)
            ),
            lostAfter: table.duration("lost_after", default: .seconds(5), in: .seconds(2) ... .seconds(600))
        )
        table.finish()
        return settings
    }

    private static func position(_ table: TableReader) -> PositionSettings {
        var table = table
        let settings = PositionSettings(
            movingInterval: table.duration("moving_interval", default: .seconds(1), in: .zero ... .seconds(600)),
            parkedInterval: table.duration("parked_interval", default: .seconds(60), in: .zero ... .seconds(3600)),
            maximumErrorMetres: table.number("max_error_m", default: 1500, in: 10...100_000),
            maximumSpeedMetresPerSecond: table.number("max_speed_mps", default: 70, in: 5...400)
        )
        table.finish()
        return settings
    }

    private static func journal(_ table: TableReader) -> JournalSettings {
        var table = table
        let settings = JournalSettings(
            folder: table.filePath("folder", default: "/var/lib/patrold"),
            commitInterval: table.duration(
                "commit_interval",
                default: .seconds(10),
                in: .seconds(1) ... .seconds(60)
            ),
            limits: journalLimits(&table)
        )
        table.finish()
        return settings
    }

    private static func journalLimits(_ table: inout TableReader) -> JournalLimits {
        let standard = JournalLimits.standard
        return JournalLimits(
            maximumBytes: Int64(
                table.integer("max_size_mib", default: Int(standard.maximumBytes >> 20), in: 4...65_536)
            ) << 20,
            eventsPercent: table.integer("events_percent", default: standard.eventsPercent, in: 5...75),
            maximumAge: table.duration(
                "max_age",
                default: standard.maximumAge,
                in: .seconds(86_400) ... .seconds(87_600 * 3600)
            ),
            minimumFreeBytes: Int64(
                table.integer("min_free_mib", default: Int(standard.minimumFreeBytes >> 20), in: 0...1_048_576)
            ) << 20
        )
    }

    /// `sun_path` of unix(7) holds 108 bytes with the final zero.
    private static let maximumSocketPathBytes = 107

    private static func control(_ table: TableReader) -> String {
        var table = table
        let path = table.text(
            "socket",
            default: "/run/patrold/patrold.sock",
            allowed: "\(TableReader.pathRule), of at most \(maximumSocketPathBytes) bytes"
        ) { TableReader.isAbsolutePath($0) && $0.utf8.count <= maximumSocketPathBytes && !$0.hasSuffix("/") }
        table.finish()
        return path
    }

    /// The zones are read here and not later, because quiet rules and programmes name them.
    private static func zones(_ table: TableReader) -> (path: String?, zones: [Zone]) {
        var table = table
        let path = table.optionalFilePath("file")
        table.finish()
        guard let path else { return (nil, []) }
        do {
            return (path, try ZoneFile.load(path: path))
        } catch {
            for problem in error.problems { table.report("file", "names \(path): \(problem)") }
            return (path, [])
        }
    }

    private static func light(_ table: TableReader) -> LightSettings {
        var table = table
        let blink = Duration.milliseconds(20) ... .seconds(10)
        let settings = LightSettings(
            led: table.filePath("led", default: "/sys/class/leds/warning"),
            on: table.duration("on", default: .milliseconds(300), in: blink),
            off: table.duration("off", default: .milliseconds(300), in: blink)
        )
        table.finish()
        return settings
    }

    /// Where a token is looked for, and must not be: everybody may read this file.
    private static let secretHints = Dictionary(
        uniqueKeysWithValues: ["token", "auth", "authorization", "bearer", "password", "secret", "api_key", "user"].map
        {
            ($0, "token_file, the name of a file with the token alone: the configuration is no place for a secret")
        }
    )

    private static func destination(_ table: TableReader) -> Destination {
        var table = table
        let defaults = UploadSettings()
        let destination = Destination(
            name: table.name("name"),
            url: table.receiverAddress("url"),
            encoding: table.choice("encoding", default: .protobuf),
            tokenFile: table.optionalSecretFile("token_file"),
            certificateAuthorityFile: table.optionalFilePath("ca_file"),
            clientCertificateFile: table.optionalFilePath("client_certificate_file"),
            clientKeyFile: table.optionalSecretFile("client_key_file"),
            settings: UploadSettings(
                movingInterval: table.duration(
                    "moving_interval",
                    default: defaults.movingInterval,
                    in: .seconds(1) ... .seconds(3600)
                ),
                parkedInterval: table.duration(
                    "parked_interval",
                    default: defaults.parkedInterval,
                    in: .seconds(1) ... .seconds(86_400)
                ),
                backlogBytesPerSecond: table.integer(
                    "backlog_bytes_per_second",
                    default: defaults.backlogBytesPerSecond,
                    in: 256...100_000_000
                ),
                reconnectSpread: table.duration(
                    "reconnect_spread",
                    default: defaults.reconnectSpread,
                    in: .zero ... .seconds(600)
                )
            )
        )
        if (destination.clientCertificateFile == nil) != (destination.clientKeyFile == nil) {
            table.report(
                "client_certificate_file",
                "and client_key_file belong together; allowed: both of them or neither"
            )
        }
        table.finish(hints: secretHints)
        return destination
    }

    private static func reportRepeatedNames(_ destinations: [Destination], _ problems: ProblemList) {
        var seen: Set<String> = []
        for (index, destination) in destinations.enumerated() where !seen.insert(destination.name).inserted {
            problems.add(
                "upload[\(index + 1)].name",
                "is \"\(destination.name)\", which another [[upload]] has; allowed: a name of its own"
            )
        }
    }
}

extension TableReader {
    /// A required name that is safe in a URL, a file name and a log line.
    mutating func name(_ key: String) -> String {
        text(key, default: nil, allowed: "1 to 64 of a-z, 0-9, \"-\", \"_\" and \".\"") { text in
            (1...64).contains(text.utf8.count)
                && text.unicodeScalars.allSatisfy { scalar in
                    ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
                        || "-_.".unicodeScalars.contains(scalar)
                }
        }
    }
}
