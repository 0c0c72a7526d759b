import PatrolCore
import PatrolJournal
import PatrolWire

extension Uploader {
    /// A batch whose newest position is not older than this says where the vehicle is.
    private static let newsAge = Duration.seconds(2)

    /// Where the vehicle is now, however old the records are; `nil` if the batch says so itself. Beside an identity that was given
    /// up the present would contradict what is held of it.
    func latest(beside batch: JournalBatch) async -> Latest? {
        guard batch.journalID == journal.id, let position = await cart.snapshot()?.position.latest else { return nil }
        if let newest = batch.positionBlocks.last.flatMap(newestInstant), position.receivedAt - newest < Self.newsAge {
            return nil
        }
        return Latest(boot: journal.boot, position: position)
    }

    /// When the last position of a block was received; `nil` if that was in another boot.
    private func newestInstant(_ bytes: [UInt8]) -> Instant? {
        do {
            let block = try OpenBlock(bytes)
            guard block.boot == journal.boot, block.count > 0 else { return nil }
            return Instant(millisecondsSinceBoot: block.bootMilliseconds(at: block.count - 1))
        } catch {
            // The batch goes with its present position, as if there were no block.
            return nil
        }
    }
}
