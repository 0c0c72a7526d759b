import PatrolSQLite

@testable import PatrolCollector

extension TestStation {
    /// What a program does that somebody runs beside the collector: it keeps the store for itself.
    /// - Returns: what ends it when it is closed.
    func holdStore() throws -> Database {
        let holder = try Database(path: "\(folder.path)/store/collector.sqlite", access: .create)
        try holder.execute("BEGIN IMMEDIATE")
        return holder
    }
}
