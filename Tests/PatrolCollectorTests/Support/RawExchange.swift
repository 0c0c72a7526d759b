import Glibc
import NIOPosix
import Testing

/// Sends bytes over a connection of its own, and reads until its end.
///
/// On a thread that may wait: in the pool it would hold up the station that it waits for.
func rawExchange(_ port: UInt16, _ bytes: String) async throws -> String {
    try await NIOThreadPool.singleton.runIfActive { try exchange(port, bytes) }
}

private func exchange(_ port: UInt16, _ bytes: String) throws -> String {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isConnected = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
    try #require(isConnected)
    var patience = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let text = Array(bytes.utf8)
    // The server may close before it has read all of it.
    _ = send(descriptor, text, text.count, Int32(MSG_NOSIGNAL))
    var answer: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = recv(descriptor, &part, part.count, 0)
        guard count > 0 else { break }
        answer += part[..<count]
    }
    return String(decoding: answer, as: UTF8.self)
}
