import ServiceLifecycle

/// All destinations as one service.
///
/// A service group stops its services one after the other. Were each destination one of them, a few receivers that do not
/// answer would each have their time to wait for, and together more than systemd has patience.
struct UploadService: Service {
    /// At least one: a service must not end by itself.
    let uploaders: [Uploader]
    /// What the last uploads may take when the daemon stops.
    var flushLimit: @Sendable () -> Duration = { Uploader.flushLimit }

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            for uploader in uploaders { group.addTask { await uploader.run(flushLimit: flushLimit) } }
        }
    }
}
