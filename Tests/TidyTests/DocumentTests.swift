import Foundation
import Testing

@Suite("The documents say what the tree does")
struct DocumentTests {
    @Test("Every make target that the README names exists")
    func readmeTargets() throws {
        let makefile = try Tree.text("Makefile")
        let readme = try Tree.text("README.md")
        let named = Set(readme.matches(of: /make ([a-z-]+)/).map { String($0.output.1) })
        #expect(named.isSuperset(of: ["demo", "test"]))
        for target in named {
            #expect(makefile.contains("\n\(target):"), "README names make \(target)")
        }
    }

    @Test("Every path of the socket is described in openapi.yaml, and nothing else")
    func openAPI() throws {
        let described = Set(
            try Tree.text("Sources/PatrolAPI/openapi.yaml").matches(of: /(?m)^  (\/v1\/[a-z\/]+):$/)
                .map { String($0.output.1) }
        )
        let served = Set(
            try Tree.text("Sources/PatrolAPI/APIPath.swift").matches(of: /= "(\/v1\/[a-z\/]+)"/)
                .map { String($0.output.1) }
        )
        #expect(!served.isEmpty)
        #expect(described == served)
    }

    @Test("Nothing is left for later")
    func noMarkers() throws {
        let marker = /\b(TODO|FIXME|XXX|HACK)\b/
        for folder in ["Sources", "Tests"] {
            for file in try Tree.swiftFiles(below: folder) where !file.path.hasSuffix("DocumentTests.swift") {
                #expect(file.text.firstMatch(of: marker) == nil, "\(file.path)")
            }
        }
    }
}
