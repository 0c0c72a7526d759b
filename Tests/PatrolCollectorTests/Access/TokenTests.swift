import Foundation
import Logging
import PatrolSystem
import Testing

@testable import PatrolCollector

@Suite("Tokens")
struct TokenTests {
    @Test(
        "A header's token is what follows Bearer",
        arguments: [
            ("Bearer abc", true), ("bearer abc", true), ("BEARER  abc", true), ("Bearer abc ", true),
            ("Bearer", false), ("Bearer ", false), ("Basic abc", false), ("abc", false), ("", false),
            ("Bearer abc def", false), ("Bearer äbc", false), ("Bearer a\u{7F}", false),
        ]
    )
    func header(text: String, isToken: Bool) throws {
        let token = Token(authorization: text)
        #expect((token != nil) == isToken)
        if isToken { #expect(try #require(token).matches(try #require(Token("abc")))) }
        #expect(Token(authorization: nil) == nil)
    }

    @Test("A token matches itself and nothing near it", arguments: ["", "a", "ab", "abd", "Abc", "abcd", "bcd"])
    func match(other: String) throws {
        let token = try #require(Token("abc"))
        #expect(token.matches(try #require(Token("abc"))))
        if let other = Token(other) { #expect(!token.matches(other)) }
    }

    @Test("Each token belongs to its vehicle, and a vehicle may have two")
    func table() throws {
        let tokens = try VehicleTokens(
            parsing: """
                # the station's carts
                cart-01 first#token

                   cart-02\tsecond
                cart-01 third
                """,
            path: "tokens"
        )
        #expect(tokens.count == 3)
        for (token, vehicle) in [("first#token", "cart-01"), ("second", "cart-02"), ("third", "cart-01")] {
            #expect(tokens.vehicle(of: try #require(Token(token))) == vehicle)
        }
        #expect(tokens.vehicle(of: try #require(Token("fourth"))) == nil)
    }

    @Test("The line ends of other systems are line ends")
    func lineEnds() throws {
        let tokens = try VehicleTokens(parsing: "cart-01 first\r\ncart-02 second\r\n", path: "tokens")
        #expect(tokens.vehicle(of: try #require(Token("second"))) == "cart-02")
    }

    @Test("No line, no vehicle", arguments: ["", "\n\n", "# cart-01 token"])
    func empty(text: String) throws {
        let tokens = try VehicleTokens(parsing: text, path: "tokens")
        #expect(tokens.vehicle(of: try #require(Token("token"))) == nil)
    }

    @Test(
        "A line that cannot be meant is refused by its number, and no token shows",
        arguments: [
            "cart-01", "cart-01 s3cret s3cret", "Cart s3cret", "cart/01 s3cret", "cart-01 s3crét",
            "a s3cret\nb s3cret", "\(String(repeating: "x", count: 65)) s3cret",
        ]
    )
    func refused(text: String) throws {
        let error = try #require(throws: FileError.self) {
            try VehicleTokens(parsing: "# a comment\n" + text, path: "/etc/tokens")
        }
        #expect(error.description.hasPrefix("/etc/tokens line \(text.contains("\n") ? 3 : 2) "))
        #expect(!error.description.contains("s3cr"))
    }

    @Test("The operators' file holds one token", arguments: ["", " \n", "a b", "a\nb"])
    func operatorToken(text: String) throws {
        #expect(try OperatorToken.parse(" a\n", path: "file").matches(try #require(Token("a"))))
        #expect(throws: FileError.self) { try OperatorToken.parse(text, path: "file") }
    }
}

@Suite("Files with secrets")
struct SecretFileTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static func read(_ path: String) throws(FileError) -> (text: String, stamp: FileStamp) {
        try SmallFile.text(of: path, for: .ownerAndGroup, maximumBytes: CollectorFile.maximumBytes)
    }

    @Test("A file that others can read is refused with its path and mode", arguments: [0o644, 0o604, 0o601, 0o666])
    func mode(mode: Int) async throws {
        try await TemporaryFolder.with { folder in
            let path = try folder.write("a b", to: "tokens", mode: mode)
            let error = try #require(throws: FileError.self) { try Self.read(path) }
            #expect(error.description.contains(path))
            #expect(error.description.contains("0\(String(mode, radix: 8))"))
        }
    }

    @Test("A file for its owner and group is read", arguments: [0o600, 0o640, 0o400, 0o660])
    func allowed(mode: Int) async throws {
        try await TemporaryFolder.with { folder in
            let path = try folder.write("a b", to: "tokens", mode: mode)
            #expect(try Self.read(path).text == "a b")
        }
    }

    @Test("What is no small text file is refused")
    func refused() async throws {
        try await TemporaryFolder.with { folder in
            #expect(throws: FileError.self) { try Self.read("\(folder.path)/missing") }
            #expect(throws: FileError.self) { try Self.read(folder.path) }
            let large = try folder.write(String(repeating: "#", count: CollectorFile.maximumBytes + 1), to: "large")
            #expect(throws: FileError.self) { try Self.read(large) }
            let binary = try folder.write("", to: "binary")
            try Data([0xFF, 0xFE]).write(to: URL(filePath: binary))
            #expect(throws: FileError.self) { try Self.read(binary) }
        }
    }

    @Test("A change counts at once, and a change that cannot be used leaves the last good file in force")
    func following() async throws {
        try await TemporaryFolder.with { folder in
            let path = try folder.write("cart-01 first", to: "tokens")
            let file = try FollowedFile(path: path, logger: Self.logger, parse: VehicleTokens.init(parsing:path:))
            func vehicle(_ token: String) async throws -> String? {
                await file.current().vehicle(of: try #require(Token(token)))
            }
            #expect(try await vehicle("first") == "cart-01")

            _ = try folder.write("cart-02 second", to: "tokens")
            #expect(try await vehicle("first") == nil)
            #expect(try await vehicle("second") == "cart-02")

            _ = try folder.write("cart-03", to: "tokens")
            #expect(try await vehicle("second") == "cart-02")
            #expect(await file.problem?.contains("line 1") == true)

            try FileManager.default.removeItem(atPath: path)
            #expect(try await vehicle("second") == "cart-02")
            #expect(await file.problem?.contains(path) == true)

            _ = try folder.write("cart-03 third", to: "tokens")
            #expect(try await vehicle("third") == "cart-03")
            #expect(await file.problem == nil)
        }
    }
}
