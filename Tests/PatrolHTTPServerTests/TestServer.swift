import Glibc
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import PatrolCore
import PatrolHTTPServer
import ServiceLifecycle
import Synchronization
import Testing

/// A real server on a Unix socket, for one test.
enum TestServer {
    /// Runs `body` on a thread of its own with the socket's path, so that it may block.
    static func with(
        _ change: @Sendable (inout HTTPServerSettings) -> Void = { _ in },
        _ body: @escaping @Sendable (String) throws -> Void
    ) async throws {
        try await run(change, body, stopsInOrder: false) { _, _ in }
    }

    private static func run<Result: Sendable>(
        _ change: @Sendable (inout HTTPServerSettings) -> Void,
        _ body: @escaping @Sendable (String) throws -> Result,
        stopsInOrder: Bool,
        _ stopped: @escaping @Sendable (Result, Duration) throws -> Void
    ) async throws {
        let folder = "/tmp/patrol-http-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        mkdir(folder, 0o700)
        defer { rmdir(folder) }
        let path = folder + "/s"
        defer { unlink(path) }
        var settings = HTTPServerSettings(
            .unixSocket(path),
            places: .init(total: 8, reserved: 2, perPeer: 4, refusals: 2),
            now: now
        )
        change(&settings)
        let table = routes()
        let (listening, isListening) = AsyncStream<Void>.makeStream()
        // One thread, as in patrold: who connects first is looked at first.
        let server = HTTPServer(settings, on: loop, logger: quiet) { _ in
            isListening.finish()
        } answer: { request, connection in
            do {
                return try await table.answer(request, over: connection)
            } catch let failure as HTTPFailure {
                return failure.response
            } catch {
                return Response(status: .internalServerError)
            }
        }
        let service = ServiceGroup(services: [server], logger: quiet)
        try await withThrowingTaskGroup { group in
            group.addTask { try await service.run() }
            for await _ in listening {}
            let result: Result
            do {
                result = try await withTaskExecutorPreference(BlockingThreads.shared) { try body(path) }
            } catch {
                group.cancelAll()
                throw error
            }
            let began = now()
            if stopsInOrder { await service.triggerGracefulShutdown() } else { group.cancelAll() }
            try await group.waitForAll()
            try await withTaskExecutorPreference(BlockingThreads.shared) { try stopped(result, now() - began) }
        }
    }

    /// Stops the server in order, with what `body` opened, and says how long that took.
    static func stopping<Result: Sendable>(
        _ change: @Sendable (inout HTTPServerSettings) -> Void = { _ in },
        _ body: @escaping @Sendable (String) throws -> Result,
        stopped: @escaping @Sendable (Result, Duration) throws -> Void
    ) async throws {
        try await run(change, body, stopsInOrder: true, stopped)
    }

    /// How many came in full.
    static let orders = Mutex(0)

    private static let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    static func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Instant(nanosecondsSinceBoot: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    private static let quiet: Logger = {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }()

    /// What they answer shows that they were reached.
    private static func routes() -> Routes {
        var routes = Routes()
        routes.on(.get, "/hello") { _, _, _ in text("hello") }
        routes.on(.get, "/parts") { _, _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    for _ in 0..<3 { try await writer.write(ByteBuffer(string: "part ")) }
                    try await writer.finish(nil)
                }
            )
        }
        routes.on(.get, "/flood") { _, _, _ in
            let part = ByteBuffer(repeating: 46, count: 64 * 1024)
            return Response(
                status: .ok,
                body: ResponseBody { writer in
                    while true { try await writer.write(part) }
                }
            )
        }
        routes.on(.get, "/nothing-yet") { _, _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    try await writer.write(ByteBuffer(string: "wait\n"))
                    // Until it is cancelled.
                    try await Task.sleep(for: .seconds(3600))
                }
            )
        }
        routes.on(.get, "/slow") { _, _, _ in
            // Real time: a service that takes its time is met by what happens meanwhile.
            try await Task.sleep(for: .milliseconds(200))
            return text("slow")
        }
        routes.on(.post, "/order") { request, _, _ in
            for try await _ in request.body {}
            orders.withLock { $0 += 1 }
            return text("done")
        }
        routes.on(.post, "/echo") { request, _, _ in
            var body = ByteBuffer()
            for try await part in request.body { body.writeImmutableBuffer(part) }
            return Response(status: .ok, body: ResponseBody(byteBuffer: body))
        }
        routes.on(.post, "/refused") { _, _, _ in throw HTTPFailure(.unauthorized, "no") }
        routes.on(.get, "/things/{thing}/parts") { _, parameters, _ in text(parameters["thing"]) }
        routes.on(.get, "/known") { _, _, connection in
            connection.recognise()
            return text("known")
        }
        return routes
    }

    private static func text(_ text: String) -> Response {
        Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

/// Threads on which tests may block, each job on its own: blocking the pool would hold up the server that they wait for.
final class BlockingThreads: TaskExecutor {
    static let shared = BlockingThreads()

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        NIOThreadPool.singleton.submit { _ in job.runSynchronously(on: executor) }
    }
}
