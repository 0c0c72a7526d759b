import PatrolSQLite
import Testing

@Suite struct SchemaTests {
    private static let one = Migration(version: 1, sql: "CREATE TABLE a (n)")
    private static let two = Migration(version: 2, sql: "CREATE TABLE b (n); INSERT INTO a VALUES (2)")
    private static let applicationID: Int32 = 77

    private let folder: TemporaryFolder
    private let database: Database

    init() throws {
        folder = try TemporaryFolder()
        database = try Database(path: folder.path + "/test.sqlite", access: .create)
    }

    @Test func `a new file gets every migration, and a second run does nothing`() throws {
        for _ in 1...2 {
            try database.migrate([Self.one, Self.two], applicationID: Self.applicationID)
            #expect(try database.userVersion() == 2)
            #expect(try database.applicationID() == Self.applicationID)
            #expect(try database.integer("SELECT count(*) FROM a") == 1)
        }
    }

    @Test func `an older file gets only what it lacks`() throws {
        try database.migrate([Self.one], applicationID: Self.applicationID)
        try database.execute("INSERT INTO a VALUES (1)")
        try database.migrate([Self.one, Self.two], applicationID: Self.applicationID)
        #expect(try database.integer("SELECT group_concat(n) = '1,2' FROM a") == 1)
    }

    @Test func `a migration that fails leaves the file as it was`() throws {
        try database.migrate([Self.one], applicationID: Self.applicationID)
        let bad = Migration(version: 3, sql: "CREATE TABLE c (n); CREATE TABLE a (n)")
        #expect(throws: SchemaError.self) {
            try database.migrate([Self.one, Self.two, bad], applicationID: Self.applicationID)
        }
        #expect(try database.userVersion() == 1)
        #expect(try database.text("SELECT group_concat(name) FROM sqlite_schema") == "a")
    }

    @Test func `a newer file is refused with both numbers, and not touched`() throws {
        try database.migrate([Self.one, Self.two], applicationID: Self.applicationID)
        let error = #expect(throws: SchemaError.self) {
            try database.migrate([Self.one], applicationID: Self.applicationID)
        }
        #expect(error == .newer(path: database.path, found: 2, known: 1))
        #expect(
            error?.description
                == "\(database.path): the database has format 2, written by a newer version of this program; "
                + "this version knows formats up to 1"
        )
        #expect(try database.userVersion() == 2)
    }

    @Test func `a negative format is not taken for an old one`() throws {
        try database.migrate([Self.one], applicationID: Self.applicationID)
        try database.execute("PRAGMA user_version = -1")
        #expect(throws: SchemaError.newer(path: database.path, found: -1, known: 1)) {
            try database.migrate([Self.one], applicationID: Self.applicationID)
        }
    }

    @Test(arguments: [
        "PRAGMA application_id = 5",
        "CREATE TABLE theirs (n)",
        "PRAGMA user_version = 3",
    ])
    func `another program's file is refused and not touched`(sql: String) throws {
        try database.execute(sql)
        let error = #expect(throws: SchemaError.self) {
            try database.migrate([Self.one], applicationID: Self.applicationID)
        }
        guard case .foreign = error else {
            Issue.record("\(error as Any)")
            return
        }
        #expect(try database.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'a'") == 0)
    }
}
