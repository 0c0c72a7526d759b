import Glibc

/// `ADDRESS:PORT`, with an IPv6 address in brackets.
struct Endpoint: Hashable, CustomStringConvertible {
    /// A numeric address or a name such as `localhost`.
    let host: String
    /// 0 lets the system choose one.
    let port: UInt16

    /// `nil` if there is no address, no port, or a port beyond 65535.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.init(host: String(host), port: port)
    }

    init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// A socket that listens here, and where that is in numbers.
    /// - Throws: naming the endpoint.
    func listen() throws(SimulatorError) -> (socket: CInt, endpoint: Endpoint) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, "\(port)", &hints, &found)
        guard code == 0, let address = found else {
            throw SimulatorError("cannot listen on \(self): \(String(cString: gai_strerror(code)))")
        }
        defer { freeaddrinfo(found) }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let socket = Glibc.socket(address.pointee.ai_family, type, 0)
        guard socket >= 0 else { throw SimulatorError("cannot listen on \(self)", errno: errno) }
        var yes: CInt = 1
        // A port that was in use a moment ago is free; one that is in use now is not (socket(7)).
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        guard bind(socket, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0, Glibc.listen(socket, 8) == 0,
            let endpoint = Self.local(of: socket)
        else {
            let error = SimulatorError("cannot listen on \(self)", errno: errno)
            close(socket)
            throw error
        }
        return (socket, endpoint)
    }

    /// Where a socket is bound; `nil` if that cannot be told.
    private static func local(of socket: CInt) -> Endpoint? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var service = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        let code = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard getsockname(socket, address, &length) == 0 else { return EAI_SYSTEM }
                return getnameinfo(
                    address,
                    length,
                    &host,
                    socklen_t(host.count),
                    &service,
                    socklen_t(service.count),
                    NI_NUMERICHOST | NI_NUMERICSERV
                )
            }
        }
        guard code == 0, let port = UInt16(text(service)) else { return nil }
        return Endpoint(host: text(host), port: port)
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
