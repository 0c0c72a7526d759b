import Foundation
import PatrolSQLite
import Testing

@Suite struct DatabaseTests {
    private let folder: TemporaryFolder
    private let database: Database

    init() throws {
        folder = try TemporaryFolder()
        database = try Database(path: folder.path + "/test.sqlite", access: .create)
    }

    @Test(arguments: [Int64.min, -1, 0, 1, .max])
    func `a whole number comes back as it was bound`(value: Int64) throws {
        let statement = try database.prepare("SELECT ?1, typeof(?1)")
        try statement.bind(value, at: 1)
        #expect(try statement.step())
        #expect(try statement.integer(0) == value)
        #expect(try statement.text(1) == "integer")
    }

    @Test(arguments: ["", "西彭", "a\u{0}b", "é", String(repeating: "x", count: 70_000)])
    func `text comes back as it was bound, a zero inside included`(value: String) throws {
        let statement = try database.prepare("SELECT ?1, typeof(?1)")
        try statement.bind(value, at: 1)
        #expect(try statement.step())
        #expect(try Array(statement.text(0).utf8) == Array(value.utf8))
        #expect(try statement.text(1) == "text")
    }

    @Test(arguments: [[], [0], [UInt8](0...255), [UInt8](repeating: 7, count: 100_000)])
    func `bytes come back as they were bound, none at all included`(value: [UInt8]) throws {
        let statement = try database.prepare("SELECT ?1, typeof(?1)")
        try statement.bind(value, at: 1)
        #expect(try statement.step())
        #expect(try statement.bytes(0) == value)
        #expect(try statement.text(1) == "blob")
    }

    @Test func `nothing comes back as nothing, whatever its type`() throws {
        let statement = try database.prepare("SELECT ?1, ?2, typeof(?3)")
        try statement.bind(Int64?.none, at: 1)
        try statement.bind(String?.none, at: 2)
        try statement.bind([UInt8]?.none, at: 3)
        #expect(try statement.step())
        #expect(try statement.optionalInteger(0) == nil)
        #expect(try statement.optionalText(1) == nil)
        #expect(try statement.text(2) == "null")
    }

    @Test func `a column of another type is an error that names both, not a zero`() throws {
        let statement = try database.prepare("SELECT 'many', NULL, 2.5, x'00'")
        #expect(try statement.step())
        for column in Int32(0)...3 {
            let error = #expect(throws: SQLiteError.self) { try statement.integer(column) }
            #expect(error?.kind == .damaged)
        }
        let error = #expect(throws: SQLiteError.self) { try statement.bytes(0) }
        #expect(error?.message == "column 0 holds text, not bytes")
    }

    @Test func `a parameter that the statement does not have is refused`() throws {
        let statement = try database.prepare("SELECT ?1")
        #expect(throws: SQLiteError.self) { try statement.bind(Int64(1), at: 2) }
        #expect(throws: SQLiteError.self) { try statement.bind(Int64(1), at: 0) }
    }

    @Test func `a reused statement comes without the row and the values of its last use`() throws {
        let sql = "SELECT coalesce(?1, 'unset')"
        let first = try database.statement(sql)
        try first.bind("kept", at: 1)
        #expect(try first.step())
        let second = try database.statement(sql)
        #expect(first === second)
        #expect(try second.step())
        #expect(try second.text(0) == "unset")
    }

    @Test func `a transaction whose body fails leaves nothing, and the next one works`() throws {
        try database.execute("CREATE TABLE t (n INTEGER NOT NULL)")
        let error = #expect(throws: SQLiteError.self) {
            try database.transaction { () throws(SQLiteError) in
                try database.execute("INSERT INTO t VALUES (1)")
                try database.execute("INSERT INTO t VALUES (NULL)")
            }
        }
        #expect(error?.action == "INSERT INTO t VALUES (NULL)")
        #expect(error?.extendedCode == 1299, "SQLITE_CONSTRAINT_NOTNULL")
        #expect(try database.integer("SELECT count(*) FROM t") == 0)
        let changes = try database.transaction { () throws(SQLiteError) in
            try database.execute("INSERT INTO t VALUES (1), (2)")
            return database.changes
        }
        #expect(changes == 2)
    }

    @Test func `a commit that fails leaves nothing either`() throws {
        try database.execute(
            """
            PRAGMA foreign_keys = ON;
            CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE child (parent REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
            """
        )
        let error = #expect(throws: SQLiteError.self) {
            try database.transaction { () throws(SQLiteError) in try database.execute("INSERT INTO child VALUES (7)") }
        }
        #expect(error?.action == "COMMIT")
        #expect(try database.integer("SELECT count(*) FROM child") == 0)
        try database.transaction { () throws(SQLiteError) in try database.execute("INSERT INTO parent VALUES (7)") }
    }

    @Test func `a lock that another connection holds is called busy`() throws {
        let other = try Database(path: database.path, access: .readWrite)
        try database.execute("CREATE TABLE t (n)")
        try other.execute("BEGIN IMMEDIATE")
        let error = #expect(throws: SQLiteError.self) { try database.execute("INSERT INTO t VALUES (1)") }
        #expect(error?.kind == .busy)
    }

    @Test func `a missing file and a missing folder are reported with the path and the system's word`() throws {
        for access in [Database.Access.readOnly, .readWrite] {
            let path = folder.path + "/absent.sqlite"
            let error = #expect(throws: SQLiteError.self) { try Database(path: path, access: access) }
            #expect(error?.path == path)
            #expect(error?.description.contains("No such file or directory") == true, "\(error as Any)")
        }
        let error = #expect(throws: SQLiteError.self) {
            try Database(path: folder.path + "/absent/new.sqlite", access: .create)
        }
        #expect(error?.systemError == ENOENT)
    }

    @Test func `what is opened for reading cannot be written`() throws {
        try database.execute("CREATE TABLE t (n)")
        let reader = try Database(path: database.path, access: .readOnly)
        #expect(reader.isReadOnly)
        #expect(!database.isReadOnly)
        let error = #expect(throws: SQLiteError.self) { try reader.execute("INSERT INTO t VALUES (1)") }
        #expect(error?.kind == .readOnly)
    }

    @Test func `a closed database says so, to a statement that is still held as well`() throws {
        let statement = try database.prepare("SELECT 1")
        database.close()
        database.close()
        let error = #expect(throws: SQLiteError.self) { try database.execute("SELECT 1") }
        #expect(error?.message == "the database is closed")
        #expect(throws: SQLiteError.self) { try database.statement("SELECT 1") }
        #expect(try statement.step(), "a held statement keeps the file until it is released")
    }

    @Test func `text without a statement is refused`() throws {
        #expect(throws: SQLiteError.self) { try database.prepare("-- nothing") }
    }
}
