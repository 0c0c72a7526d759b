import Dispatch

@testable import PatrolCollector

extension StoreWriter {
    /// What a disk does that does not answer: the thread that writes stands still.
    /// - Parameter hangs: ends when it does.
    func hang(_ hangs: AsyncStream<Void>.Continuation, until release: DispatchSemaphore) {
        hangs.finish()
        release.wait()
    }
}
