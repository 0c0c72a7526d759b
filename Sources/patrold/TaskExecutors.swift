@_spi(ExperimentalCustomExecutors) import _Concurrency

/// Where the daemon's tasks run. Swift 6.3 has it as a preview (`ExperimentalCustomExecutors`), so that a later toolchain may
/// want another spelling: the build will say so, and without it everything works as before, with more wake-ups.
enum TaskExecutors: ExecutorFactory {
    static let eventLoop = EventLoopExecutor()

    static var mainExecutor: any MainExecutor { PlatformExecutorFactory.mainExecutor }
    static var defaultExecutor: any TaskExecutor { eventLoop }

    /// Once, before the first task of the process.
    static func begin() {
        _createExecutors(factory: Self.self)
    }
}
