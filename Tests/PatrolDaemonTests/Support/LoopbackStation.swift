import Glibc
import PatrolCore
import PatrolWire
import Synchronization

/// A station on the loopback that decodes each batch and answers as a test wants it.
final class LoopbackStation: Sendable {
    enum Answer: Sendable {
        /// It keeps the records and says so.
        case acknowledge
        /// It keeps nothing and says that it holds so many.
        case claim(events: Int64)
        /// A refusal in the collector's own form.
        case refuse(Int, message: String)
        /// These bytes, then the connection is closed.
        case bytes(String)
        /// Nothing, as long as the other side waits.
        case silence
        /// It keeps the records, and the connection is closed without an answer.
        case keepAndClose
    }

    private struct State {
        var events: [Int64: StoredEvent] = [:]
        var order: [Int64] = []
        var requests: [[Int64]] = []
        var problems: [String] = []
    }

    private let state = Mutex(State())
    private let server: Mutex<LoopbackServer?> = Mutex(nil)

    /// - Parameter judge: gets the events' numbers and names, and how many batches came before.
    init(_ judge: @escaping @Sendable (_ events: [Recorded<StoredEvent>], _ number: Int) -> Answer) throws {
        let server = try LoopbackServer { [weak self] peer in
            var bytes: [UInt8] = []
            while let self, let body = Self.request(from: peer, &bytes) {
                guard self.answer(body, peer, judge) else { return }
            }
        }
        self.server.withLock { $0 = server }
    }

    var url: String { "http://127.0.0.1:\(server.withLock { $0?.port ?? 0 })" }

    /// What it keeps, in the order in which it came for the first time.
    var kept: [Int64] { state.withLock { $0.order } }
    /// The names of what it keeps, by number.
    var names: [Int64: String] { state.withLock { $0.events.mapValues(\.name) } }
    /// The numbers of the events of each batch.
    var requests: [[Int64]] { state.withLock { $0.requests } }
    /// What no cart may send.
    var problems: [String] { state.withLock { $0.problems } }

    func stop() {
        server.withLock { $0?.stop() }
    }

    /// - Returns: the body of the next request.
    private static func request(from peer: Int32, _ bytes: inout [UInt8]) -> [UInt8]? {
        let blank = Array("\r\n\r\n".utf8)
        while true {
            if let head = bytes.indices.first(where: { bytes[$0...].starts(with: blank) }) {
                let lines = String(decoding: bytes[..<head], as: UTF8.self).lowercased().split(separator: "\r\n")
                let length = lines.first { $0.hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst(15).trimmingPrefix(" ")) }
                let end = head + 4 + (length ?? 0)
                if bytes.count >= end {
                    defer { bytes = Array(bytes[end...]) }
                    return Array(bytes[(head + 4)..<end])
                }
            }
            guard let more = LoopbackServer.receive(from: peer) else { return nil }
            bytes += more
        }
    }

    /// - Returns: whether the connection goes on.
    private func answer(
        _ body: [UInt8],
        _ peer: Int32,
        _ judge: (_ events: [Recorded<StoredEvent>], _ number: Int) -> Answer
    ) -> Bool {
        let batch: DecodedBatch
        do {
            let isCompressed = body.starts(with: [0x1F, 0x8B])
            let plain = isCompressed ? try Gzip.decompress(body, limit: 1 << 24) : body
            batch = try BatchDecoder.decode(plain, as: .protobuf)
        } catch {
            state.withLock { $0.problems.append("a batch that cannot be decoded: \(error)") }
            return false
        }
        let number = state.withLock { state in
            defer { state.requests.append(batch.events.map(\.sequence.rawValue)) }
            return state.requests.count
        }
        let last = (batch.events.last?.sequence.rawValue ?? 0, batch.positions.last?.sequence.rawValue ?? 0)
        switch judge(batch.events, number) {
        case .acknowledge:
            keep(batch)
            return Self.reply(200, Self.acknowledgement(last.0, last.1), to: peer)
        case .claim(let events): return Self.reply(200, Self.acknowledgement(events, last.1), to: peer)
        case .refuse(let status, let message):
            return Self.reply(status, #"{"error": {"code": "refused", "message": "\#(message)"}}"#, to: peer)
        case .bytes(let text):
            LoopbackServer.send(text, to: peer)
            return false
        case .silence:
            while LoopbackServer.receive(from: peer) != nil {}
            return false
        case .keepAndClose:
            keep(batch)
            return false
        }
    }

    private static func acknowledgement(_ events: Int64, _ positions: Int64) -> String {
        #"{"acknowledged": {"events": \#(events), "positions": \#(positions)}}"#
    }

    private static func reply(_ status: Int, _ body: String, to peer: Int32) -> Bool {
        LoopbackServer.send(
            "HTTP/1.1 \(status) Whatever\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)",
            to: peer
        )
    }

    private func keep(_ batch: DecodedBatch) {
        state.withLock { state in
            for event in batch.events {
                let number = event.sequence.rawValue
                if let known = state.events[number] {
                    if known != event.record { state.problems.append("event \(number) came with another content") }
                } else {
                    state.events[number] = event.record
                    state.order.append(number)
                }
            }
        }
    }
}
