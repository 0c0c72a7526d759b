// swift-tools-version: 6.2
import PackageDescription

/// Flags for every Swift target: a warning is a defect, and an import says how far it reaches.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Of the programs: nothing looks their symbols up by name, as the static runtime's link arguments assume
/// (`-export-dynamic` in static-stdlib-args.lnk). 4.5 MB less of file, 2.5 MiB less resident, 10 ms less to start.
let lean: [LinkerSetting] = [
    .unsafeFlags(["-Xlinker", "--no-export-dynamic"])
]

let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1: Target.Dependency = .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let toml: Target.Dependency = .product(name: "TOMLKit", package: "TOMLKit")

let package = Package(
    name: "patrold",
    dependencies: [
        // `traits: []` keeps full Foundation, and with it 40 MB of ICU, out of the daemon.
        .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0", traits: []),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0", traits: []),
        .package(url: "https://github.com/LebJe/TOMLKit.git", from: "0.6.0"),
    ],
    targets: [
        // C libraries, each wrapped once.
        .target(name: "CGPS", linkerSettings: [.linkedLibrary("gps")]),
        .target(name: "CKernelClock"),
        .target(name: "CProcess"),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CALSA", pkgConfig: "alsa", providers: [.apt(["libasound2-dev"])]),
        .systemLibrary(name: "CSndFile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
        .systemLibrary(name: "CLoudness", pkgConfig: "libebur128", providers: [.apt(["libebur128-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CMessageDigest", pkgConfig: "libmd", providers: [.apt(["libmd-dev"])]),

        // Rooms, in the order in which the arrows point: each knows only those above it.
        .target(name: "PatrolCore", swiftSettings: strict),
        .target(name: "PatrolSystem", dependencies: ["PatrolCore"], swiftSettings: strict),
        .target(
            name: "PatrolWire",
            dependencies: ["PatrolCore", "CZlib", protobuf],
            exclude: ["patrol.proto"],
            swiftSettings: strict
        ),
        .target(name: "PatrolSQLite", dependencies: ["PatrolCore", "PatrolSystem", "CSQLite"], swiftSettings: strict),
        .target(
            name: "PatrolJournal",
            dependencies: ["PatrolCore", "PatrolSystem", "PatrolWire", "PatrolSQLite"],
            swiftSettings: strict
        ),
        .target(
            name: "PatrolUplink",
            dependencies: [
                "PatrolCore", "PatrolSystem", "PatrolWire", asyncHTTPClient, nioCore, nioPosix, nioHTTP1, nioSSL,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "PatrolVehicle",
            dependencies: ["PatrolCore", "PatrolSystem", "CGPS", "CKernelClock", "CProcess"],
            swiftSettings: strict
        ),
        .target(
            name: "PatrolAPI",
            dependencies: ["PatrolCore", "PatrolSystem", "PatrolWire", asyncHTTPClient, nioCore, nioHTTP1],
            exclude: ["openapi.yaml"],
            swiftSettings: strict
        ),
        .target(
            name: "PatrolHTTPServer",
            dependencies: [
                "PatrolCore", hummingbirdCore, httpTypes, nioCore, nioHTTP1, nioHTTPTypes, nioHTTPTypesHTTP1, nioSSL,
                serviceLifecycle, logging,
            ],
            swiftSettings: strict
        ),
        .target(name: "PatrolService", dependencies: ["PatrolCore", logging], swiftSettings: strict),
        .target(
            name: "PatrolConfiguration",
            dependencies: [
                "PatrolCore", "PatrolSystem", "PatrolWire", "PatrolUplink", "PatrolVehicle", "PatrolAPI", logging, toml,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "PatrolControl",
            dependencies: [
                "PatrolConfiguration", "PatrolCore", "PatrolSystem", "PatrolWire", "PatrolJournal", "PatrolVehicle",
                "PatrolAPI", "PatrolHTTPServer", hummingbirdCore, nioCore, httpTypes, serviceLifecycle, logging,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "PatrolDaemon",
            dependencies: [
                "PatrolConfiguration", "PatrolControl", "PatrolCore", "PatrolSystem", "PatrolWire", "PatrolJournal",
                "PatrolUplink", "PatrolVehicle", "PatrolService", nioCore, nioPosix, serviceLifecycle, unixSignals,
                logging,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "PatrolCollector",
            dependencies: [
                "PatrolCore", "PatrolSystem", "PatrolWire", "PatrolSQLite", "PatrolService", "PatrolHTTPServer",
                "CMalloc",
                hummingbirdCore, nioCore, nioPosix, nioSSL, httpTypes, serviceLifecycle, logging,
            ],
            resources: [.embedInCode("openapi.json")],
            swiftSettings: strict
        ),

        // Programs.
        .executableTarget(
            name: "patrold",
            dependencies: [
                "PatrolDaemon", "PatrolConfiguration", "PatrolJournal", "PatrolService", "PatrolSystem",
                "PatrolVehicle",
                "PatrolCore", nioCore, nioPosix, argumentParser,
            ],
            swiftSettings: strict,
            linkerSettings: lean
        ),
        .executableTarget(
            name: "patrolctl",
            dependencies: ["PatrolAPI", "PatrolWire", "PatrolCore", argumentParser],
            swiftSettings: strict,
            linkerSettings: lean
        ),
        .executableTarget(
            name: "patrol-collector",
            dependencies: ["PatrolCollector", "PatrolService", "PatrolSystem", "PatrolCore", argumentParser, logging],
            swiftSettings: strict,
            linkerSettings: lean
        ),
        .executableTarget(
            name: "patrol-player",
            dependencies: [
                "PatrolCore", "PatrolSystem", "CALSA", "CSndFile", "CLoudness", "CMessageDigest", argumentParser,
            ],
            swiftSettings: strict,
            linkerSettings: lean
        ),
        .executableTarget(
            name: "patrol-simulator",
            dependencies: ["PatrolCore", "PatrolSystem", argumentParser],
            swiftSettings: strict,
            linkerSettings: lean
        ),

        .target(name: "OpenAPICheck", path: "Tests/OpenAPICheck", swiftSettings: strict),
        // Tests. DiskPreload makes the disks on which some of them run.
        .target(name: "DiskPreload", path: "Tests/DiskPreload", exclude: ["disk.c"], swiftSettings: strict),
        .executableTarget(
            name: "JournalBench",
            dependencies: ["PatrolJournal", "PatrolWire", "PatrolCore", argumentParser],
            path: "Tests/JournalBench",
            swiftSettings: strict,
            linkerSettings: lean
        ),
        .testTarget(name: "NightSimulationTests", dependencies: ["PatrolCore"], swiftSettings: strict),
        .testTarget(name: "PatrolCoreTests", dependencies: ["PatrolCore"], swiftSettings: strict),
        .testTarget(name: "PatrolSystemTests", dependencies: ["PatrolSystem", "PatrolCore"], swiftSettings: strict),
        .testTarget(
            name: "PatrolWireTests",
            dependencies: ["PatrolWire", "PatrolCore", protobuf],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PatrolJournalTests",
            dependencies: ["PatrolJournal", "PatrolSQLite", "PatrolWire", "PatrolCore", "DiskPreload"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PatrolUplinkTests",
            dependencies: ["PatrolUplink", "PatrolWire", "PatrolCore", nioCore, nioPosix, nioHTTP1, nioSSL],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PatrolVehicleTests",
            dependencies: ["PatrolVehicle", "PatrolSystem", "PatrolCore"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PatrolCollectorTests",
            dependencies: [
                "OpenAPICheck",
                "PatrolCollector", "PatrolHTTPServer", "PatrolSQLite", "PatrolService", "PatrolWire", "PatrolCore",
                asyncHTTPClient, nioCore, nioPosix, nioHTTP1, nioSSL, hummingbirdCore, httpTypes, serviceLifecycle,
                logging,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PatrolHTTPServerTests",
            dependencies: [
                "PatrolHTTPServer", "PatrolCore", hummingbirdCore, httpTypes, nioCore, nioHTTP1, nioPosix,
                serviceLifecycle, logging,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PatrolPlayerTests",
            dependencies: ["patrol-player", "PatrolCore"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PatrolSimulatorTests",
            dependencies: ["patrol-simulator", "PatrolCore"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PatrolConfigurationTests",
            dependencies: ["PatrolConfiguration", "PatrolAPI", "PatrolCore"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PatrolControlTests",
            dependencies: [
                "PatrolControl", "PatrolAPI", "PatrolConfiguration", "PatrolJournal", "PatrolSystem", "PatrolVehicle",
                "PatrolWire", "PatrolHTTPServer", "PatrolCore", hummingbirdCore, httpTypes, nioCore,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PatrolDaemonTests",
            dependencies: [
                "PatrolDaemon", "PatrolAPI", "PatrolConfiguration", "PatrolControl", "PatrolJournal", "PatrolService",
                "PatrolSQLite", "PatrolSystem", "PatrolUplink", "PatrolVehicle", "PatrolWire", "PatrolCore", nioCore,
                nioPosix,
                serviceLifecycle, logging,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: ["PatrolAPI", "PatrolCore", "PatrolWire", "CSndFile", "DiskPreload"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "OutageTests",
            dependencies: ["PatrolCollector", "PatrolJournal", "PatrolSQLite", "PatrolWire", "PatrolCore"],
            swiftSettings: strict
        ),
        .testTarget(name: "TidyTests", swiftSettings: strict),
    ]
)
