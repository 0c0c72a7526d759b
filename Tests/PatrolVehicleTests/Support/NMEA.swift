import Foundation

/// The sentences of a receiver, one epoch after the other.
enum NMEA {
    /// A position east of a place near Xipeng at a time, in the order in which receivers send it.
    static func epoch(_ time: Date, east degrees: Double) -> [String] {
        let parts = Calendar.utc.dateComponents([.year, .month, .day, .hour, .minute, .second], from: time)
        let clock = digits(parts.hour) + digits(parts.minute) + digits(parts.second) + ".00"
        let date = digits(parts.day) + digits(parts.month) + digits(parts.year.map { $0 % 100 })
        let place = "2918.0000,N,\(minutes(106.3 + degrees)),E"
        return [
            "GPGGA,\(clock),\(place),1,08,1.0,250.0,M,-30.0,M,,",
            "GPGSA,A,3,01,02,03,04,05,06,07,08,,,,,1.8,1.0,1.5",
            "GPGSV,2,1,08,01,40,083,46,02,17,308,41,03,07,344,39,04,22,228,45",
            "GPGSV,2,2,08,05,40,083,46,06,17,308,41,07,07,344,39,08,22,228,45",
            "GPRMC,\(clock),A,\(place),9.7,90.0,\(date),,,A",
        ].map(sentence)
    }

    private static func sentence(_ body: String) -> String {
        let checksum = body.utf8.reduce(0, ^)
        return "$\(body)*" + String(format: "%02X", checksum) + "\r\n"
    }

    private static func digits(_ value: Int?) -> String {
        String(format: "%02d", value ?? 0)
    }

    private static func minutes(_ degrees: Double) -> String {
        let whole = degrees.rounded(.down)
        return String(format: "%03d%09.6f", Int(whole), (degrees - whole) * 60)
    }
}

extension Calendar {
    /// Gregorian, UTC.
    static var utc: Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }
}
