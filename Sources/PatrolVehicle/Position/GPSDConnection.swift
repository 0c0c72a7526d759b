import CGPS
public import PatrolCore
public import PatrolSystem

/// A connection to gpsd over the C shim. It belongs to one thread.
public final class GPSDConnection {
    /// Why a wait ended; all false after its time.
    public struct Wake {
        /// There may be a message.
        public var hasInput: Bool
        /// Somebody woke the descriptor.
        public var isWoken: Bool
    }

    private let handle: OpaquePointer

    /// Not connected yet.
    public init() {
        guard let handle = patrol_gps_create() else {
            // 40 kB cannot be had: Swift's own allocations end the process in that case, and so does this.
            preconditionFailure("out of memory")
        }
        self.handle = handle
    }

    deinit {
        patrol_gps_destroy(handle)
    }

    /// Begins to connect.
    /// - Returns: why it cannot; `nil` if the attempt is under way.
    public func open(host: String, port: UInt16) -> String? {
        patrol_gps_open(handle, host, String(port)) ? nil : String(cString: patrol_gps_reason(handle))
    }

    /// Drops the connection or the attempt.
    public func close() {
        patrol_gps_close(handle)
    }

    /// Waits for a message, a wake-up, or until the timeout has passed; for ever without one.
    public func wait(wake: WakeDescriptor, timeout: Duration?) -> Wake {
        let result = patrol_gps_wait(handle, wake.descriptor, BootClock.pollTimeout(for: timeout))
        return Wake(
            hasInput: result & Int32(PATROL_GPS_INPUT) != 0,
            isWoken: result & Int32(PATROL_GPS_WOKEN) != 0
        )
    }

    /// The next message, a report read at the instant that is passed; `nil` if there is none now. Never blocks.
    public func next(at now: Instant) -> GPSSource.Message? {
        switch patrol_gps_next(handle) {
        case PATROL_GPS_CONNECTED: .opened
        case PATROL_GPS_TPV: .report(Fix(patrol_gps_report(handle), receivedAt: now), device: device)
        case PATROL_GPS_SKY: .satellites(Int(patrol_gps_satellites_used(handle)), device: device)
        case PATROL_GPS_DEVICES: .devices(devices)
        case PATROL_GPS_OTHER: .other
        case PATROL_GPS_END: .closed(reason: String(cString: patrol_gps_reason(handle)))
        default: nil
        }
    }

    /// Empty if gpsd did not say.
    private var device: String { String(cString: patrol_gps_device(handle)) }

    private var devices: [String] {
        (0..<patrol_gps_device_count(handle)).map { String(cString: patrol_gps_device_at(handle, $0)) }
    }
}

extension Fix {
    /// A report of libgps: NaN means that the receiver did not say.
    fileprivate init(_ report: patrol_gps_tpv, receivedAt: Instant) {
        // gps.h: 0 not seen, 1 no fix, 2 2D, 3 3D; a number that is none of these promises nothing.
        self.init(receivedAt: receivedAt, mode: UInt8(exactly: report.mode).flatMap(Mode.init) ?? .none)
        status = UInt8(clamping: report.status)
        time = report.has_time ? WallTime(millisecondsSince1970: report.time_ms) : nil
        latitude = report.latitude.unlessNaN
        longitude = report.longitude.unlessNaN
        altitude = report.altitude.unlessNaN
        speed = report.speed.unlessNaN
        course = report.course.unlessNaN
        horizontalError = report.horizontal_error.unlessNaN
    }
}

extension Double {
    fileprivate var unlessNaN: Double? { isNaN ? nil : self }
}
