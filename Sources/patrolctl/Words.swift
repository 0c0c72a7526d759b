import PatrolAPI
import PatrolWire

/// Quantities as people read them.
enum Words {
    /// A number with a fixed count of decimals, rounded to nearest.
    static func fixed(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        var scale: Int64 = 1
        for _ in 0..<decimals { scale *= 10 }
        let scaled = Int64((abs(value) * Double(scale)).rounded())
        let sign = value < 0 && scaled != 0 ? "-" : ""
        guard decimals > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % scale)
        return "\(sign)\(scaled / scale)." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }

    /// `29.3012345 N 106.3012345 E`: no sign that could be overlooked.
    static func coordinate(latitude: Double, longitude: Double) -> String {
        "\(fixed(abs(latitude), 7)) \(latitude < 0 ? "S" : "N") \(fixed(abs(longitude), 7)) \(longitude < 0 ? "W" : "E")"
    }

    /// `0.4 s`, `12 s`, `3 min 20 s`, `2 h 05 min`, `4 d 03 h`.
    static func span(_ seconds: Double) -> String {
        let whole = Int(min(max(0, seconds), 1e12))
        switch whole {
        case ..<10: return "\(fixed(max(0, seconds), 1)) s"
        case ..<60: return "\(whole) s"
        case ..<3600: return "\(whole / 60) min \(twoDigits(whole % 60)) s"
        case ..<86_400: return "\(whole / 3600) h \(twoDigits(whole / 60 % 60)) min"
        default: return "\(whole / 86_400) d \(twoDigits(whole / 3600 % 24)) h"
        }
    }

    /// `1 event`, `2 events`.
    static func count(_ number: Int64, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
