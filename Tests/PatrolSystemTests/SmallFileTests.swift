import Foundation
import Glibc
import Testing

@testable import PatrolSystem

@Suite("Small files: configuration, maps, certificates, secrets")
struct SmallFileTests {
    private static let bound = 100

    /// A folder for each test, which is gone after it.
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/patrold-file-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer {
            do {
                try FileManager.default.removeItem(atPath: folder)
            } catch {
                print("\(folder) is left behind: \(error)")
            }
        }
        try body(folder)
    }

    private func write(_ bytes: some Sequence<UInt8>, to path: String, mode: mode_t = 0o600) throws {
        try Data(bytes).write(to: URL(filePath: path))
        try #require(chmod(path, mode) == 0)
    }

    private func failure(
        _ path: String,
        _ readers: SmallFile.Readers = .ownerAndGroup,
        owners: Set<uid_t>? = nil
    ) -> FileError.Reason? {
        do {
            _ = try SmallFile.bytes(
                of: path,
                for: readers,
                kind: .regular,
                maximumBytes: Self.bound,
                owners: owners
            )
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("A secret is for its owner and its group; what is none may be read by all", arguments: 0o600...0o677)
    func modes(mode: Int) throws {
        try withFolder { folder in
            let path = folder + "/secret"
            try write("x".utf8, to: path, mode: mode_t(mode))
            #expect(failure(path) == (mode & 7 == 0 ? nil : .openToOthers(mode: UInt32(mode))))
            #expect(failure(path, .anyone) == nil)
        }
    }

    @Test("What is not there, a folder, a pipe, a device and what is too large is none, and holds up nothing")
    func kinds() throws {
        try withFolder { folder in
            let path = folder + "/pipe"
            try #require(mkfifo(path, 0o600) == 0)
            #expect(failure(folder + "/none") == .unreadable(ENOENT))
            #expect(failure(folder, .anyone) == .notRegular && failure(path) == .notRegular)
            #expect(failure("/dev/null", .anyone) == .notRegular)
            try write(repeatElement(0x20, count: Self.bound), to: folder + "/full")
            try write(repeatElement(0x20, count: Self.bound + 1), to: folder + "/large")
            #expect(failure(folder + "/full") == nil && failure(folder + "/large") == .tooLarge(Self.bound))
        }
    }

    @Test("The mark of UTF-8 is no part of the text, UTF-16 is named, and what is no text is told")
    func encodings() throws {
        try withFolder { folder in
            let path = folder + "/text"
            func text() throws(FileError) -> String { try SmallFile.text(of: path, maximumBytes: Self.bound).text }
            try write([0xEF, 0xBB, 0xBF] + Array("巡 x".utf8), to: path)
            #expect(try text() == "巡 x")
            try write([0xFF, 0xFE, 0x61, 0], to: path)
            #expect(throws: FileError(path, .foreignEncoding("UTF-16"))) { try text() }
            try write([0x61, 0xE4, 0x62], to: path)
            #expect(throws: FileError(path, .notText)) { try text() }
        }
    }

    @Test(
        "Somebody else's secret, and somebody else's link to one, are refused; one's own link is followed to what it names",
        .enabled(if: geteuid() == 0, "giving files away takes root")
    )
    func owners() throws {
        try withFolder { folder in
            let (path, link) = (folder + "/secret", folder + "/link")
            try write("x".utf8, to: path, mode: 0o640)
            try #require(symlink(path, link) == 0)
            #expect(failure(path, owners: [0, 7]) == nil && failure(link, owners: [0, 7]) == nil)
            try #require(lchown(link, 1000, 1000) == 0)
            #expect(failure(link, owners: [0, 7]) == .foreignLink(1000))
            #expect(failure(link, .anyone, owners: [0, 7]) == nil && failure(link, owners: [0, 1000]) == nil)
            try #require(lchown(link, 0, 0) == 0 && chown(path, 1000, 1000) == 0)
            #expect(failure(path, owners: [0, 7]) == .foreignOwner(1000))
            #expect(failure(link, owners: [0, 7]) == .foreignOwner(1000), "the owner of what is read, not of the link")
            #expect(failure(path, owners: nil) == nil, "root reads for others")
            try #require(chown(path, 0, 0) == 0 && chmod(path, 0o644) == 0)
            #expect(failure(link, owners: [0]) == .openToOthers(mode: 0o644))
        }
    }

    @Test("Each reason says what is allowed, and none what is in the file")
    func words() {
        let path = "/etc/patrold/token"
        #expect("\(FileError(path, .unreadable(ENOENT)))" == "\(path) cannot be read: No such file or directory")
        #expect(FileError(path, .openToOthers(mode: 0o644)).clause.contains("0644"))
        for reason in [
            FileError.Reason.openToOthers(mode: 0o604), .foreignOwner(7), .foreignLink(7), .tooLarge(9),
            .foreignEncoding("UTF-16"), .notText,
        ] {
            #expect(FileError(path, reason).clause.contains("allowed: "))
        }
    }
}
