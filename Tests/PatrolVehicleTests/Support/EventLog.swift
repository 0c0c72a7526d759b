import Foundation
import PatrolCore
import PatrolSystem
import PatrolVehicle
import Synchronization
import Testing

/// What a receiver told, for a test that waits for it.
final class EventLog: Sendable {
    private let events = Mutex<[GPSEvent]>([])
    private let arrivals = DispatchSemaphore(value: 0)

    func append(_ event: GPSEvent) {
        events.withLock { $0.append(event) }
        arrivals.signal()
    }

    var all: [GPSEvent] { events.withLock { $0 } }

    var fixes: [Fix] { all.compactMap { if case .fix(let fix) = $0 { fix } else { nil } } }

    /// What was told last of gpsd's receivers.
    var receivers: ReceiverChoice.Report? {
        all.compactMap { if case .receivers(let report) = $0 { report } else { nil } }.last
    }

    /// Returns as soon as the condition holds, and fails the test if it does not in time.
    func wait(
        for what: Comment,
        within seconds: Double = 10,
        sourceLocation: SourceLocation = #_sourceLocation,
        until condition: ([GPSEvent]) -> Bool
    ) throws {
        let deadline = DispatchTime.now() + seconds
        while !condition(all) {
            let result = arrivals.wait(timeout: deadline)
            try #require(result == .success || condition(all), "no \(what): \(all)", sourceLocation: sourceLocation)
        }
    }

    func waitForFixes(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try wait(for: "\(count) fixes", sourceLocation: sourceLocation) { _ in fixes.count >= count }
    }
}

extension GPSReceiver {
    /// A started receiver of a gpsd on the loopback, with deadlines short enough for a test.
    static func started(
        port: UInt16,
        host: String = "127.0.0.1",
        log: EventLog,
        _ change: (inout GPSLink.Settings) -> Void = { _ in }
    ) throws -> GPSReceiver {
        var link = GPSLink.Settings()
        link.shortestRetry = .milliseconds(50)
        link.longestRetry = .milliseconds(50)
        change(&link)
        let settings = GPSSettings(host: host, port: port, link: link)
        let receiver = GPSReceiver(settings: settings, clocks: .system) { log.append($0) }
        try receiver.start()
        return receiver
    }
}

/// The lines in which gpsd speaks.
enum GPSD {
    static let greeting = """
        {"class":"VERSION","release":"3.22","rev":"3.22","proto_major":3,"proto_minor":14}
        {"class":"DEVICES","devices":[{"class":"DEVICE","path":"/dev/ttyS0","driver":"NMEA0183",\
        "activated":"2026-11-24T13:00:00.000Z","flags":1,"native":0,"bps":9600,"parity":"N","stopbits":1,"cycle":1.00}]}
        {"class":"WATCH","enable":true,"json":true,"nmea":false,"raw":0,"scaled":false,"timing":false,\
        "split24":false,"pps":false}

        """

    static func tpv(_ fields: String) -> String {
        #"{"class":"TPV","device":"/dev/ttyS0"\#(fields.isEmpty ? "" : ",")\#(fields)}"# + "\n"
    }

    /// A usable fix at a latitude, by which a test knows it again.
    static func fix(_ latitude: Double) -> String {
        tpv(#""mode":3,"lat":\#(latitude),"lon":106.3"#)
    }
}
