import PatrolCore

/// Where gpsd listens, in every form in which people write that.
///
/// | `host` | means |
/// | --- | --- |
/// | `127.0.0.1`, `gps.local`, `::1`, `fe80::1%eth0` | that host |
/// | `[::1]` | `::1` |
/// | `127.0.0.1:2947`, `[::1]:2947` | host and port |
/// | `gpsd://127.0.0.1:2947`, `tcp://127.0.0.1:2947` | host and port, as gpsd's own programs and other tools write them |
/// | `/dev/ttyUSB0`, `http://…`, `udp://…`, `host:name` | an error |
///
/// A port in `host` and another one in `port` are an error.
struct GPSDAddress: Hashable {
    var host: String
    var port: Int

    private static let defaultPort = 2947
    private static let allowed =
        "the host on which gpsd listens: a name or an address such as \"127.0.0.1\" or \"::1\", also as "
        + "\"gpsd://127.0.0.1:2947\""

    /// Reads `host` and `port`.
    static func read(_ table: inout TableReader) -> GPSDAddress {
        let text = table.text("host", default: "127.0.0.1", allowed: allowed) { _ in true }
        let hasPort = table.has("port")
        let port = table.integer("port", default: defaultPort, in: 1...65_535)
        guard let (host, ownPort) = parse(text) else {
            let hint = text.hasPrefix("/dev/") ? ", a device: gpsd reads it, and patrold asks gpsd" : ""
            table.report("host", "is \"\(VisibleText.of(text))\"\(hint); allowed: \(allowed)")
            return GPSDAddress(host: "127.0.0.1", port: port)
        }
        if let ownPort, hasPort, ownPort != port {
            table.report(
                "host",
                "is \"\(VisibleText.of(text))\", but port is \(port); allowed: one port, or the same twice"
            )
        }
        return GPSDAddress(host: host, port: ownPort ?? port)
    }

    /// As people read it: `127.0.0.1:2947`, `[::1]:2947`.
    var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// - Returns: `nil` for what can be no host; the port if one is said.
    static func parse(_ text: String) -> (host: String, port: Int?)? {
        if HostAndPort.isIPv6(text) { return (text, nil) }
        var rest = text[...]
        for scheme in ["gpsd://", "tcp://"] where rest.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
            if rest.hasSuffix("/") { rest = rest.dropLast() }
            break
        }
        guard let (host, port) = HostAndPort.split(rest), port.map({ (1...65_535).contains($0) }) ?? true else {
            return nil
        }
        return (host, port)
    }
}
