import ArgumentParser
import Glibc
import PatrolCore
import PatrolWire

/// A receiver that does nothing but say that it has everything: the floor of a drain.
struct Sink: ParsableCommand {
    @Argument(help: "The port of the loopback interface.")
    var port: UInt16

    func run() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0, listen(listener, 8) == 0 else { throw ValidationError("port \(port): errno \(errno)") }
        var books = Books()
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { continue }
            setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
            try serve(connection, &books)
            close(connection)
        }
    }

    private func serve(_ connection: Int32, _ books: inout Books) throws {
        var buffer: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            while let request = Request(&buffer) {
                books.begin = books.begin ?? .now
                try books.take(request)
                let body = Acknowledgement(events: books.last.events, positions: books.last.positions).json
                let head =
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n"
                let reply = Array(head.utf8) + body
                guard write(connection, reply, reply.count) == reply.count else { return }
                books.wireBytes += request.bytes + reply.count
                books.tell()
            }
            let count = read(connection, &part, part.count)
            guard count > 0 else { return }
            buffer += part[..<count]
        }
    }
}

/// A request that is complete.
private struct Request {
    var body: [UInt8]
    var isGzip: Bool
    /// With its head.
    var bytes: Int

    /// Takes it off the front of what came.
    init?(_ buffer: inout [UInt8]) {
        let end = Array("\r\n\r\n".utf8)
        guard
            let headEnd = buffer.indices.dropLast(3).first(where: {
                buffer[$0] == end[0] && buffer[$0..<($0 + 4)].elementsEqual(end)
            })
        else { return nil }
        let head = String(decoding: buffer[..<headEnd], as: UTF8.self).lowercased()
        let length = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).drop { $0 == " " }) }
        let start = headEnd + 4
        guard let length, buffer.count >= start + length else { return nil }
        body = Array(buffer[start..<(start + length)])
        isGzip = head.contains("content-encoding: gzip")
        bytes = start + length
        buffer.removeFirst(bytes)
    }
}

/// What came, with no more than a look at the numbers.
private struct Books {
    var begin: ContinuousClock.Instant?
    var last = PerLane<SequenceNumber>(events: .none, positions: .none)
    var positions: Int64 = 0
    var wireBytes = 0
    var batches = 0
    private var told: Int64 = 0

    mutating func take(_ request: Request) throws {
        let bytes = request.isGzip ? try Gzip.decompress(request.body, limit: 1 << 24) : request.body
        batches += 1
        for field in Fields(bytes[...]) {
            switch (field.number, field.value) {
            case (5, .bytes(let block)):
                let (first, count) = Self.numbers(block, 1, 2)
                positions += count
                last.positions = SequenceNumber(rawValue: max(last.positions.rawValue, first + count - 1))
            case (6, .bytes(let event)):
                let (sequence, _) = Self.numbers(event, 1, 1)
                last.events = SequenceNumber(rawValue: max(last.events.rawValue, sequence))
            default: break
            }
        }
    }

    /// The first value of each of two fields; they lead their message.
    private static func numbers(_ message: ArraySlice<UInt8>, _ one: Int, _ other: Int) -> (Int64, Int64) {
        var values: [Int: Int64] = [:]
        for field in Fields(message) {
            guard case .number(let value) = field.value else { break }
            values[field.number] = Int64(bitPattern: value)
            if values[one] != nil && values[other] != nil { break }
        }
        return (values[one] ?? 0, values[other] ?? 0)
    }

    /// A line for some 20,000 positions each: who started it takes the last one.
    mutating func tell() {
        guard positions - told >= 20_000, let begin else { return }
        told = positions
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        // Not print, which keeps lines for itself while they go to a file.
        let line = "took \(positions) in \(seconds) s, \(batches) batches, \(wireBytes) bytes\n"
        _ = write(STDOUT_FILENO, line, line.utf8.count)
    }
}

/// The fields of a protobuf message, one after the other, as far as it is well-formed.
private struct Fields: Sequence, IteratorProtocol {
    enum Value {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>

    init(_ message: ArraySlice<UInt8>) { rest = message }

    mutating func next() -> (number: Int, value: Value)? {
        guard !rest.isEmpty, let tag = varint() else { return nil }
        switch tag & 7 {
        case 0: return varint().map { (Int(tag >> 3), .number($0)) }
        case 2:
            guard let count = varint().map({ Int($0) }), count <= rest.count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return (Int(tag >> 3), .bytes(rest.prefix(count)))
        default: return nil
        }
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}
