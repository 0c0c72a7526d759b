import Foundation
import Testing

@Suite("The arrows between the rooms")
struct ArrowTests {
    /// What each target may import of this package; a target that is not named here is a defect.
    static let allowed: [String: Set<String>] = [
        "PatrolCore": [],
        "PatrolSystem": ["PatrolCore"],
        "PatrolWire": ["PatrolCore", "CZlib"],
        "PatrolSQLite": ["PatrolCore", "PatrolSystem", "CSQLite"],
        "PatrolJournal": ["PatrolCore", "PatrolSystem", "PatrolWire", "PatrolSQLite"],
        "PatrolUplink": ["PatrolCore", "PatrolSystem", "PatrolWire"],
        "PatrolVehicle": ["PatrolCore", "PatrolSystem", "CGPS", "CKernelClock", "CProcess"],
        "PatrolAPI": ["PatrolCore", "PatrolSystem", "PatrolWire"],
        "PatrolConfiguration": [
            "PatrolCore", "PatrolSystem", "PatrolWire", "PatrolUplink", "PatrolVehicle", "PatrolAPI",
        ],
        "PatrolControl": [
            "PatrolConfiguration", "PatrolCore", "PatrolSystem", "PatrolWire", "PatrolJournal", "PatrolVehicle",
            "PatrolAPI", "PatrolHTTPServer",
        ],
        "PatrolDaemon": [
            "PatrolConfiguration", "PatrolControl", "PatrolCore", "PatrolSystem", "PatrolWire", "PatrolJournal",
            "PatrolUplink", "PatrolVehicle", "PatrolService",
        ],
        "PatrolService": ["PatrolCore"],
        "PatrolHTTPServer": ["PatrolCore"],
        "PatrolCollector": [
            "PatrolCore", "PatrolSystem", "PatrolWire", "PatrolSQLite", "PatrolService", "PatrolHTTPServer", "CMalloc",
        ],
        "patrold": [
            "PatrolDaemon", "PatrolConfiguration", "PatrolJournal", "PatrolService", "PatrolSystem", "PatrolVehicle",
            "PatrolCore",
        ],
        "patrolctl": ["PatrolAPI", "PatrolWire", "PatrolCore"],
        "patrol-collector": ["PatrolCollector", "PatrolService", "PatrolSystem", "PatrolCore"],
        "patrol-player": ["PatrolCore", "PatrolSystem", "CALSA", "CSndFile", "CLoudness", "CMessageDigest"],
        "patrol-simulator": ["PatrolCore", "PatrolSystem"],
        "CGPS": [], "CKernelClock": [], "CProcess": [], "CALSA": [], "CSndFile": [], "CLoudness": [],
        "CMessageDigest": [], "CMalloc": [],
        "CSQLite": [], "CZlib": [],
    ]

    @Test("Every target has its place in the table")
    func everyTargetIsNamed() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Tree.root.appending(path: "Sources").path)
        #expect(Set(folders) == Set(Self.allowed.keys))
    }

    @Test("A target imports only what its arrows allow")
    func imports() throws {
        let ours = Set(Self.allowed.keys).union(Self.allowed.keys.map { $0.replacing("-", with: "_") })
        for file in try Tree.swiftFiles(below: "Sources") {
            let target = String(file.path.split(separator: "/")[1])
            let allowed = Self.allowed[target] ?? []
            for module in Tree.imports(of: file) where ours.contains(module) {
                #expect(allowed.contains(module), "\(file.path) imports \(module)")
            }
        }
    }

    @Test("PatrolCore decides and does nothing else: no Foundation, no async, no I/O, no clock")
    func coreIsPure() throws {
        let functions: Set<String> = ["Glibc.sin", "Glibc.cos", "Glibc.asin", "Glibc.log2", "Glibc.pow", "Glibc.atan2"]
        let words = [
            "async", "await", "Task", "actor", "Mutex", "print(", "getenv", "ContinuousClock", "SuspendingClock",
        ]
        for file in try Tree.swiftFiles(below: "Sources/PatrolCore") {
            for module in Tree.imports(of: file) {
                #expect(functions.contains(module), "\(file.path) imports \(module)")
            }
            for (number, line) in file.lines.enumerated() {
                let code = line.components(separatedBy: "//")[0]
                for word in words {
                    let isThere = code.split { !$0.isLetter && $0 != "(" }.contains { $0 == word }
                    #expect(!isThere, "\(file.path):\(number + 1) has \(word)")
                }
            }
        }
    }

    @Test(
        "Threads are started and clocks are read in one place each",
        arguments: ["pthread_create(", "clock_gettime("]
    )
    func saidOnce(call: String) throws {
        let files = try Tree.swiftFiles(below: "Sources").filter { file in
            file.lines.contains { $0.components(separatedBy: "//")[0].contains(call) }
        }
        #expect(
            files.count == 1 && files.allSatisfy { $0.path.hasPrefix("Sources/PatrolSystem/") },
            "\(files.map(\.path))"
        )
    }

    @Test("The configuration runs no service: no event loop, no journal, no group of services")
    func configurationIsPure() throws {
        for file in try Tree.swiftFiles(below: "Sources/PatrolConfiguration") {
            for module in Tree.imports(of: file) {
                let isService =
                    module.hasPrefix("NIO") || module.hasPrefix("Hummingbird") || module == "ServiceLifecycle"
                #expect(!isService, "\(file.path) imports \(module)")
            }
        }
    }

    @Test("Only the test bench imports the whole of Foundation")
    func foundation() throws {
        for file in try Tree.swiftFiles(below: "Sources") where !file.path.hasPrefix("Sources/patrol-simulator/") {
            let imports = Tree.imports(of: file)
            #expect(!imports.contains("Foundation"), "\(file.path)")
            #expect(!imports.contains("FoundationXML"), "\(file.path)")
        }
    }
}
